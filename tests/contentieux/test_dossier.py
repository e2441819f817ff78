import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from contentieux import actions
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Suite, Voie
from contentieux.models import Dossier
from factures.actions import deposer_piece, encaisser
from factures.enums import Moyen
from factures.models import Facture
from recouvrement.documents import fichiers
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.planification import planifier
from relances.enums import Canal, EtatRelance
from relances.models import RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture
from tests.fabriques.relances import une_relance

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
LE = date(2026, 9, 3)
MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)


def un_dossier(client=None, **champs):
    client = client or un_client(forme_juridique="SARL", siren="404833048")
    facture = une_facture(
        client=client,
        montant_ttc=Decimal("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )
    acteur = un_utilisateur(chez=client.creancier)
    dossier = actions.ouvrir_dossier(
        client, factures=[facture], voie=Voie.INJONCTION_TC, le=LE, acteur=acteur
    )
    return dossier, facture, acteur


def ouvrir(client, facture, *, voie):
    acteur = un_utilisateur(chez=client.creancier)
    return actions.ouvrir_dossier(client, factures=[facture], voie=voie, le=LE, acteur=acteur)


def test_ouvrir_un_dossier_met_ses_factures_au_contentieux():
    dossier, facture, _ = un_dossier()

    facture.refresh_from_db()
    assert facture.contentieux_depuis == LE
    assert dossier.etat == EtatDossier.PREPARATION


def test_une_facture_n_est_que_dans_un_dossier_ouvert_a_la_fois():
    dossier, facture, acteur = un_dossier()

    with pytest.raises(ErreurMetier, match="déjà au contentieux"):
        actions.ouvrir_dossier(
            dossier.client, factures=[facture], voie=Voie.AUTRE, le=LE, acteur=acteur
        )


def test_une_facture_a_echoir_ne_va_pas_au_contentieux():
    client = un_client()
    facture = une_facture(client=client, date_echeance=date(2026, 12, 31))

    with pytest.raises(ErreurMetier, match="pas encore échue"):
        ouvrir(client, facture, voie=Voie.AUTRE)
    assert not Dossier.objects.pour(client.creancier).exists()


def test_le_dossier_ne_saute_pas_d_etat():
    dossier, _, acteur = un_dossier()

    with pytest.raises(ErreurMetier, match="on ne passe pas"):
        actions.avancer(dossier, etat=EtatDossier.EXECUTOIRE, le=LE, note="", acteur=acteur)
    avance = actions.avancer(dossier, etat=EtatDossier.DEPOSE, le=LE, note="", acteur=acteur)
    assert avance.etat == EtatDossier.DEPOSE


def test_clore_sans_paiement_remet_les_factures_a_l_amiable():
    dossier, facture, acteur = un_dossier()

    actions.clore(dossier, issue=IssueDossier.ABANDONNE, note="", le=LE, acteur=acteur)

    facture.refresh_from_db()
    assert facture.contentieux_depuis is None
    actions.ouvrir_dossier(
        dossier.client, factures=[facture], voie=Voie.AUTRE, le=LE, acteur=acteur
    )


def test_clore_comme_paye_exige_que_tout_le_soit():
    dossier, facture, acteur = un_dossier()

    with pytest.raises(ErreurMetier, match="sommes dues"):
        actions.clore(dossier, issue=IssueDossier.PAYE, note="", le=LE, acteur=acteur)
    encaisser(
        dossier.client,
        montant=Decimal("10000.00"),
        recu_le=LE,
        moyen=Moyen.VIREMENT,
        acteur=acteur,
        imputations=[(facture.pk, Decimal("10000.00"))],
    )
    assert (
        actions.clore(dossier, issue=IssueDossier.PAYE, note="", le=LE, acteur=acteur).issue
        == IssueDossier.PAYE
    )
    assert Facture.objects.pour(dossier.creancier).get(pk=facture.pk).solde == 0


def test_les_documents_du_dossier_reprennent_le_decompte():
    """Vecteur V1 : 10 000 € échus le 01/05/2026, arrêtés au 03/09/2026 : 420,55 € et 40 €."""
    dossier, facture, acteur = un_dossier()
    piece = deposer_piece(
        dossier.client,
        facture=facture,
        nature="devis",
        intitule="Devis signé",
        nom_fichier="devis.txt",
        octets=b"devis",
        type_mime="text/plain",
        acteur=acteur,
    )
    actions.ranger_pieces(dossier, pieces=[(piece, "Devis accepté")], acteur=acteur)
    dossier = actions.renseigner_requete(
        dossier,
        tribunal="tribunal de commerce de Rennes",
        arrete_au=LE,
        requete={"fondement": "Devis accepté le 12/02/2026", "lieu": "Rennes"},
        acteur=acteur,
    )

    liens = actions.preparer_documents(dossier, maintenant=MAINTENANT, acteur=acteur)

    natures = ["decompte", "requete", "bordereau", "pieces"]
    assert [lien.document.nature for lien in liens] == natures
    decompte, requete, bordereau, pieces = (
        PdfReader(BytesIO(fichiers.lire(lien.document.empreinte))) for lien in liens
    )
    texte = decompte.pages[0].extract_text().replace("\u202f", " ").replace("\xa0", " ")
    assert "420,55" in texte
    assert "10 460,55" in texte
    champs = requete.get_fields()
    assert champs["principal_1_montant"].value.replace("\xa0", " ") == "10 000,00"
    assert champs["total_montant"].value.replace("\xa0", " ") == "10 460,55"
    assert champs["demandeur_denomination"].value == dossier.creancier.nom
    assert "PROJET" in requete.pages[0].extract_text()
    assert "Devis accepté" in bordereau.pages[0].extract_text()
    feuille = pieces.pages[0].extract_text().replace("\xa0", " ")
    assert "Fichier joint à part : devis.txt" in feuille


def test_la_requete_et_le_decompte_deduisent_ce_que_le_debiteur_a_en_sa_faveur():
    """10 460,55 € au 03/09/2026, moins un avoir de 300 € : 10 160,55 € (C. civ., art. 1347)."""
    dossier, _, acteur = un_dossier()
    un_avoir(
        client=dossier.client,
        numero="BA",
        date_emission=date(2026, 8, 14),
        date_echeance=date(2026, 8, 14),
    )
    dossier = actions.renseigner_requete(
        dossier, tribunal="", arrete_au=LE, requete={}, acteur=acteur
    )

    liens = actions.preparer_documents(dossier, maintenant=MAINTENANT, acteur=acteur)

    decompte, requete = (
        PdfReader(BytesIO(fichiers.lire(lien.document.empreinte))) for lien in liens
    )
    champs = requete.get_fields()
    lus = {nom: champs[nom].value.replace("\xa0", " ") for nom in champs if champs[nom].value}
    assert "avoir BA du 14/08/2026" in lus["principal_2_libelle"]
    assert lus["principal_2_montant"].replace("\u202f", " ") == "− 300,00"
    assert lus["total_montant"] == "10 160,55"
    assert lus["interets_assiette"] == "9 700,00"
    texte = decompte.pages[0].extract_text().replace("\u202f", " ").replace("\xa0", " ")
    assert "À déduire : avoir BA du 14/08/2026" in texte
    assert "10 160,55" in texte


def test_les_frais_s_additionnent_au_dossier():
    dossier, _, acteur = un_dossier()

    actions.ajouter_frais(
        dossier,
        nature=NatureFrais.GREFFE,
        libelle="Greffe",
        montant=Decimal("33.47"),
        le=LE,
        acteur=acteur,
    )

    [lu] = Dossier.objects.pour(dossier.creancier).en_chiffres()
    assert (lu.depense, lu.du) == (Decimal("33.47"), Decimal("10000.00"))


def test_chaque_piece_suit_sa_feuille_numerotee():
    dossier, _, acteur = un_dossier()
    octets = BytesIO()
    ecrivain = PdfWriter()
    for _ in range(2):
        ecrivain.add_blank_page(width=595, height=842)
    ecrivain.write(octets)
    contrat, bon = (
        deposer_piece(
            dossier.client, nature=nature, intitule=nature, nom_fichier=nom, octets=contenu,
            acteur=acteur,
        )
        for nature, nom, contenu in (
            ("contrat", "contrat.pdf", octets.getvalue()),
            ("livraison", "bon.txt", b"bon signe"),
        )
    )  # fmt: skip
    actions.ranger_pieces(dossier, pieces=[(contrat, "Contrat"), (bon, "Bon")], acteur=acteur)
    dossier = actions.renseigner_requete(
        dossier, tribunal="Rennes", arrete_au=LE, requete={}, acteur=acteur
    )

    liens = actions.preparer_documents(dossier, maintenant=MAINTENANT, acteur=acteur)

    [liasse] = [lien.document for lien in liens if lien.document.nature == "pieces"]
    gardes = fichiers.lire(liasse.empreinte)
    pages = [page.extract_text() for page in PdfReader(BytesIO(gardes)).pages]
    assert (len(pages), liasse.pages, hashlib.sha256(gardes).hexdigest()) == (
        4,
        4,
        liasse.empreinte,
    )
    assert "Contrat" in pages[0]
    assert pages[1].strip() == pages[2].strip() == ""
    assert "Fichier joint à part : bon.txt" in pages[3].replace("\xa0", " ")


def relances_dues(dossier):
    """Ce que la planification prévoirait après le dossier, l'écart minimal écoulé."""
    bilan = planifier(
        dossier.creancier,
        au=date(2026, 9, 24),
        maintenant=datetime(2026, 9, 24, 10, tzinfo=UTC),
        a_blanc=True,
    )
    return [prevue.etape.cle for prevue in bilan.creees]


def test_un_dossier_abandonne_rend_ses_factures_la_ou_l_amiable_en_etait():
    dossier, _, acteur = un_dossier()
    assert relances_dues(dossier) == []
    actions.clore(dossier, issue=IssueDossier.ABANDONNE, note="", le=LE, acteur=acteur)
    assert relances_dues(dossier) == ["rappel"]


def test_un_dossier_perdu_ne_relance_plus_tout_seul():
    dossier, facture, acteur = un_dossier()
    actions.clore(dossier, issue=IssueDossier.PERDU, note="", le=LE, acteur=acteur)
    assert relances_dues(dossier) == []
    facture.refresh_from_db()
    assert facture.contentieux_depuis is None


def test_la_suite_de_l_amiable_se_choisit():
    dossier, _, acteur = un_dossier()
    actions.clore(
        dossier, issue=IssueDossier.ABANDONNE, suite=Suite.ARRETER, note="", le=LE, acteur=acteur
    )
    assert relances_dues(dossier) == []


def test_ouvrir_le_dossier_fait_l_etape_que_le_scenario_proposait():
    client = un_client()
    choisie, autre = (une_facture(client=client, date_echeance=date(2026, 5, 1)) for _ in range(2))
    proposee = une_relance(client, canal=Canal.CONTENTIEUX, factures=[choisie, autre])
    ouvrir(client, choisie, voie=Voie.INJONCTION_TC)
    proposee.refresh_from_db()
    assert proposee.etat == EtatRelance.A_FAIRE
    vivantes = RelanceFacture.objects.pour(client.creancier).vivantes()
    assert list(vivantes.filter(relance=proposee).values_list("facture", flat=True)) == [autre.pk]
    assert vivantes.get(facture=choisie).relance.etat == EtatRelance.FAITE


@pytest.mark.parametrize(
    ("nature", "voie"),
    [
        ("public", Voie.INJONCTION_TC),
        ("public", Voie.INJONCTION_TJ),
        ("particulier", Voie.INJONCTION_TC),
    ],
)
def test_une_voie_fermee_a_ce_debiteur_est_refusee(nature, voie):
    client = un_client(nature=nature)
    facture = une_facture(client=client, date_echeance=date(2026, 5, 1))
    with pytest.raises(ErreurMetier, match="n'est pas ouverte"):
        ouvrir(client, facture, voie=voie)


def test_une_procedure_collective_ferme_le_tribunal_aussi():
    client = un_client(procedure_collective_le=date(2026, 6, 1))
    facture = une_facture(client=client, date_echeance=date(2026, 5, 1))
    with pytest.raises(ErreurMetier, match="Procédure collective du 01/06/2026"):
        ouvrir(client, facture, voie=Voie.AUTRE)


def test_un_dossier_clos_ne_recoit_plus_ni_depense_ni_piece():
    dossier, _, acteur = un_dossier()
    actions.clore(dossier, issue=IssueDossier.ABANDONNE, note="", le=LE, acteur=acteur)
    with pytest.raises(ErreurMetier, match="clos"):
        actions.ajouter_frais(
            dossier, nature=NatureFrais.AUTRE, libelle="x", montant=Decimal(1), le=LE, acteur=acteur
        )
    with pytest.raises(ErreurMetier, match="clos"):
        actions.ranger_pieces(dossier, pieces=[], acteur=acteur)
