"""Tous les documents imprimés, lus dans leur PDF : ce qu'ils disent, où, et rien d'autre."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from django.conf import settings
from pypdf import PdfReader
from weasyprint.urls import URLFetcher

from recouvrement.documents.pdf import composition, rendu
from recouvrement.documents.pdf.composition import ChargeurFerme
from recouvrement.documents.pdf.demandes import RenduImpossible
from recouvrement.droit.mentions import L111_8_ALINEA_2, L111_8_ALINEA_3, interdits
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.isolement import Vivier
from tests.fabriques import documents as des

LETTRE = "relances/documents/lettre.html"
MISE_EN_DEMEURE = "relances/documents/mise_en_demeure.html"
MANDATAIRE = "relances/documents/mise_en_demeure_mandataire.html"
RECONNAISSANCE = "relances/documents/reconnaissance.html"
DECOMPTE = "factures/documents/decompte.html"
REQUETE = "contentieux/documents/injonction.html"
BORDEREAU = "contentieux/documents/bordereau.html"
FEUILLE = "contentieux/documents/feuille_piece.html"
TOUS = {
    LETTRE: des.une_lettre,
    MISE_EN_DEMEURE: des.une_mise_en_demeure,
    MANDATAIRE: des.une_mise_en_demeure_de_mandataire,
    RECONNAISSANCE: des.une_reconnaissance,
    DECOMPTE: des.un_decompte,
    REQUETE: des.une_requete,
    BORDEREAU: des.un_bordereau,
    FEUILLE: des.une_feuille_de_piece,
}
LETTRES = (LETTRE, MISE_EN_DEMEURE, MANDATAIRE)
NOM_LONG = "Société coopérative d’agencement, de menuiserie et d’ébénisterie des pays de la Vilaine"


def rendre_pdf(gabarit, contexte, **options):
    """Par l'enfant, comme l'application."""
    octets, pages = rendu.rendre_pdf(gabarit, contexte, **options)
    assert pages == len(PdfReader(BytesIO(octets)).pages)
    return octets


def composer_ici(gabarit, contexte, **options):
    """Ce que fait l'enfant, dans ce processus : on y regarde ce qu'il ouvre."""
    return composition.faire(rendu.mettre_en_html(gabarit, contexte, **options))[0]


def lu(octets):
    return PdfReader(BytesIO(octets))


def en_clair(texte):
    return " ".join(texte.replace("\u202f", " ").replace("\xa0", " ").split())


def texte(octets):
    return en_clair(" ".join(page.extract_text() for page in lu(octets).pages))


def mots_places(page):
    """Chaque morceau de texte et la place de son début, en mm depuis le coin haut gauche."""
    trouves = []

    def relever(morceau, cm, tm, police, corps):
        if morceau.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            trouves.append((morceau.strip(), x * 25.4 / 72, 297 - y * 25.4 / 72))

    page.extract_text(visitor_text=relever)
    return trouves


@pytest.mark.parametrize("gabarit", TOUS)
def test_chaque_document_est_numerote_balise_et_dans_notre_police(gabarit):
    pdf = lu(rendre_pdf(gabarit, TOUS[gabarit](), formulaire=gabarit == REQUETE))
    total = len(pdf.pages)
    polices = {
        str(police.get_object()["/BaseFont"])
        for page in pdf.pages
        for police in page["/Resources"]["/Font"].values()
    }

    for numero, page in enumerate(pdf.pages, 1):
        assert f"Page {numero}/{total}" in en_clair(page.extract_text())
    assert pdf.root_object["/Lang"] == "fr"
    assert "/StructTreeRoot" in pdf.root_object
    assert all("Texte" in police for police in polices), polices


@pytest.mark.parametrize("gabarit", LETTRES)
def test_la_fenetre_de_l_enveloppe_ne_montre_que_l_adresse(gabarit):
    """DL, fenêtre à droite : seule l'adresse entre 90 et 200 mm, de 34 à 90 mm du haut."""
    contexte = TOUS[gabarit]()

    page = lu(rendre_pdf(gabarit, contexte)).pages[0]

    montres = [(m, x, y) for m, x, y in mots_places(page) if x >= 90 and 34 < y < 90]
    assert [en_clair(m) for m, _, _ in montres] == contexte["adresse"]
    assert all(109 < x < 111 and 55 < y < 79 for _, x, y in montres)


@pytest.mark.parametrize("gabarit", LETTRES)
def test_une_lettre_amiable_ne_dit_rien_que_la_loi_interdise(gabarit):
    dit = texte(rendre_pdf(gabarit, TOUS[gabarit]()))
    for alinea in (L111_8_ALINEA_2, L111_8_ALINEA_3):
        dit = dit.replace(alinea, "")
    nomme = "indemnité forfaitaire pour frais de recouvrement"

    assert interdits(dit.replace("pour frais de recouvrement : 40 euros", nomme)) == ()


def test_la_mise_en_demeure_detaille_le_total_qu_elle_somme_de_payer():
    """Vecteur V1 au début : 10 000 € du 02/05 au 30/06/2026 font 199,73 €."""
    dit = texte(rendre_pdf(MISE_EN_DEMEURE, des.une_mise_en_demeure()))

    assert "Nous vous mettons en demeure de nous payer 7 112,96 €" in dit
    assert "au plus tard le vendredi 18 septembre 2026" in dit
    assert "199,73" in dit
    assert "Pénalités de retard 361,16 €" in dit
    assert "Total dû au 3 septembre 2026 7 112,96 €" in dit
    assert "Montant 7 112,96 €" in dit


def test_la_lettre_d_un_mandataire_porte_les_cinq_elements_de_r124_4():
    dit = texte(rendre_pdf(MANDATAIRE, des.une_mise_en_demeure_de_mandataire()))

    assert "Cabinet Le Goff" in dit
    assert "exerce une activité de recouvrement amiable" in dit
    assert "5 rue du Vieux-Cours, 35000 Rennes" in dit
    assert "le créancier Menuiserie Kerbrat" in dit
    assert "Principal : factures ci-dessus 6 631,80 €" in dit
    assert "Intérêts : pénalités de retard 361,16 €" in dit
    assert "120,00 €" in dit
    assert "Nous vous mettons en demeure de lui payer 7 112,96 €" in dit
    assert L111_8_ALINEA_2 in dit
    assert L111_8_ALINEA_3 in dit


def test_l_accord_dit_sa_somme_en_lettres_et_ses_versements():
    dit = texte(rendre_pdf(RECONNAISSANCE, des.une_reconnaissance()))

    assert "sept mille cent douze euros et quatre-vingt-seize centimes" in dit
    assert "1 jeudi 15 octobre 2026 3 112,96 4 000,00" in dit
    assert "3 mardi 15 décembre 2026 2 000,00 0,00" in dit
    assert "Total des versements 7 112,96 €" in dit


def test_la_requete_est_un_projet_dont_les_champs_se_remplissent():
    pdf = lu(rendre_pdf(REQUETE, des.une_requete(), formulaire=True))
    champs = pdf.get_fields()

    assert champs["total_montant"].value.replace("\xa0", " ") == "7 112,96"
    assert champs["principal_1_montant"].value.replace("\xa0", " ") == "6 631,80"
    assert champs["demandeur_denomination"].value == "Menuiserie Kerbrat"
    assert champs["demandeur_est_morale"].value == "/on"
    assert champs["debiteur_est_physique"].value == "/Off"
    assert pdf.root_object["/AcroForm"]["/NeedAppearances"].value is False
    assert all("rojet" in page.extract_text() for page in pdf.pages)
    widgets = [a.get_object() for page in pdf.pages for a in page["/Annots"]]
    assert all("/AP" in widget and widget.get("/TU") for widget in widgets)


@pytest.mark.parametrize("nombre", [2, 7, 13, 18, 60])
def test_un_total_n_ouvre_jamais_seul_une_page(nombre):
    octets = rendre_pdf(MISE_EN_DEMEURE, des.une_mise_en_demeure(des.des_comptes(nombre)))

    vus = 0
    for page in lu(octets).pages:
        lignes = en_clair(page.extract_text())
        for libelle in ("Principal restant dû", "Pénalités de retard au 3 septembre 2026"):
            if libelle in lignes:
                vus += 1
                avant = lignes.split(libelle)[0]
                assert len(re.findall(r"\d{2}/\d{2}/\d{4}", avant)) >= 4
        assert lignes.count("Nous vous prions") <= 1
    assert vus == 2


def test_le_decompte_de_soixante_factures_garde_ses_signatures_avec_ses_regles():
    pdf = lu(rendre_pdf(DECOMPTE, des.un_decompte(des.des_comptes(60))))
    fin = en_clair(pdf.pages[-1].extract_text())

    assert "Règles de calcul" in fin
    assert "Certifié conforme" in fin
    assert texte_de_facture(pdf, "FA-2026-0171")


def texte_de_facture(pdf, numero):
    """Le titre du compte d'une facture et son reste dû sont sur la même page."""
    for page in pdf.pages:
        dit = en_clair(page.extract_text())
        if f"{numero} –" in dit:
            return "Reste dû" in dit.split(f"{numero} –")[1]
    return False


@pytest.mark.parametrize("gabarit", [LETTRE, MISE_EN_DEMEURE, DECOMPTE])
def test_des_noms_demesures_restent_dans_la_page(gabarit):
    comptes = des.des_comptes(4, numero="FAC/AGENCEMENT/2026/NANTES-CENTRE/{:06}")
    longue = replace(des.MENUISERIE, nom=NOM_LONG, courriel="c" * 60 + "@agencement.example")
    contexte = TOUS[gabarit](comptes, emetteur=longue, creancier=longue)

    for page in lu(rendre_pdf(gabarit, contexte)).pages:
        assert all(4 < x < 196 and 5 < y < 292 for _, x, y in mots_places(page))


HOSTILE = (
    '<link rel="attachment" href="file:///etc/passwd"><img src="http://attaque.example/x.png">'
    '<style>@import "http://attaque.example/x.css";</style><script>alert(1)</script>'
    "</title></p></td></table>{{ settings.SECRET_KEY }}"
)


@pytest.fixture
def sans_reseau(monkeypatch):
    """Toute prise ouverte, toute ressource cherchée ailleurs que chez nous fait échouer."""

    def interdit(*args, **kwargs):
        raise AssertionError(f"ouverture interdite : {args}")

    monkeypatch.setattr(socket, "socket", interdit)
    monkeypatch.setattr(socket, "create_connection", interdit)
    monkeypatch.setattr(URLFetcher, "fetch", interdit)


@pytest.mark.parametrize("gabarit", TOUS)
def test_un_texte_hostile_s_imprime_comme_un_texte(gabarit, sans_reseau):
    client = replace(des.DUVAL, nom=HOSTILE, forme=HOSTILE, adresse=(HOSTILE, HOSTILE))
    contexte = TOUS[gabarit]() | {
        "objet": HOSTILE,
        "reference": HOSTILE,
        "destinataire": client,
        "debiteur": client,
        "paragraphes": [HOSTILE],
        "tribunal": HOSTILE,
    }

    pdf = lu(composer_ici(gabarit, contexte, formulaire=gabarit == REQUETE))

    assert pdf.attachments == {}
    assert "root:x:0" not in str([page.extract_text() for page in pdf.pages])
    assert "/OpenAction" not in pdf.root_object
    liens = [a.get_object() for p in pdf.pages for a in p.get("/Annots", ())]
    assert all(a["/Subtype"] == "/Widget" for a in liens)


@pytest.mark.parametrize(
    "adresse",
    [
        "http://attaque.example/x.css",
        "file:///etc/passwd",
        "data:text/css,*{}",
        "style:../../settings.py",
        "police:../OFL.txt",
        "image:logo",
    ],
)
def test_le_chargeur_ne_rend_que_ce_qu_on_lui_a_tendu(adresse, sans_reseau):
    with pytest.raises(ValueError, match="refusée"):
        ChargeurFerme(str(settings.POLICES)).fetch(adresse)


def test_le_logo_se_tend_en_memoire():
    point = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
        "fccfc0500f0004850180a2d5f5e10000000049454e44ae426082"
    )
    emetteur = replace(des.MENUISERIE, a_logo=True)
    octets = rendre_pdf(
        LETTRE, des.une_lettre(emetteur=emetteur), images={"logo": (point, "image/png")}
    )

    assert len(lu(octets).pages[0].images) == 1


def test_un_texte_impossible_se_refuse_en_une_phrase(monkeypatch):
    def trop_profond(*args, **kwargs):
        raise RecursionError

    monkeypatch.setattr(composition, "HTML", trop_profond)
    with pytest.raises(RenduImpossible, match="trop long"):
        composer_ici(LETTRE, des.une_lettre())


def test_un_rendu_qui_ne_finit_pas_a_une_fin_et_personne_ne_l_attend(monkeypatch):
    """Le texte trop long est refusé à l'heure dite ; une autre lettre sort pendant ce temps."""
    monkeypatch.setattr(
        rendu, "VIVIER", Vivier(replace(rendu.COMPOSITION, mur=8), combien=2, patience=1)
    )
    rendre_pdf(LETTRE, des.une_lettre())
    sans_fin = des.une_lettre() | {"paragraphes": ["<mot> " * 400 for _ in range(600)]}
    with ThreadPoolExecutor(1) as fils:
        debut = time.monotonic()
        longue = fils.submit(rendre_pdf, LETTRE, sans_fin)
        time.sleep(0.5)
        rendre_pdf(LETTRE, des.une_lettre())
        assert not longue.done()
        with pytest.raises(RenduImpossible, match="trop long"):
            longue.result()
    assert time.monotonic() - debut < 30
    rendu.VIVIER.vider()


def test_quand_tous_les_enfants_travaillent_on_le_dit(monkeypatch):
    plein = Vivier(rendu.COMPOSITION, combien=0, patience=0.1)
    monkeypatch.setattr(rendu, "VIVIER", plein)
    with pytest.raises(ErreurMetier, match="réessayez"):
        rendre_pdf(LETTRE, des.une_lettre())


@pytest.mark.parametrize("gabarit", [LETTRE, REQUETE])
def test_le_meme_contexte_rend_les_memes_octets(gabarit):
    formulaire = gabarit == REQUETE
    premier = rendre_pdf(gabarit, TOUS[gabarit](), formulaire=formulaire)

    assert rendre_pdf(gabarit, TOUS[gabarit](), formulaire=formulaire) == premier


def test_une_somme_hors_des_bornes_du_virement_n_imprime_pas_de_code():
    contexte = des.une_lettre()
    paiement = replace(contexte["paiement"], montant=Decimal("0.00"))

    assert paiement.qr == ""
    assert "Pour régler" in texte(rendre_pdf(LETTRE, contexte | {"paiement": paiement}))
