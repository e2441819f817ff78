"""Des factures que personne ici n'a écrites : lues juste, ou refusées en nommant le défaut.

Chaque ligne attendue a été relevée dans le XML de la facture, à la main.
"""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from clients.models import Client, Coordonnee
from factures.actions.importation import depot, preparer_import, relire_import, valider_import
from factures.imports.isolement import lire_au_fil
from factures.imports.types import ResultatLecture
from factures.models import Facture, Piece
from tests.fabriques.comptes import un_creancier

# Sans DONNEES_ESSAI, ./tester laisse ces essais ; nommés à la main, ils échouent et le disent.
ESSAI = Path(os.environ.get("DONNEES_ESSAI", "DONNEES_ESSAI-non-dit"))
FACTURES = ESSAI / "factures"

pytestmark = pytest.mark.donnees_reelles


@dataclass(frozen=True, slots=True)
class Attendue:
    """« numéro nature émission échéance » puis « HT TVA TTC payé dû », puis les parties."""

    entete: str
    totaux: str
    vendeur: str
    acheteur: str
    # SIREN de l'acheteur, code postal, courriel.
    reperes: tuple[str, str, str]
    alerte: str = ""


def temoin(alerte: str = "") -> Attendue:
    """Le témoin des cas limites français, que chaque cas altère en un point."""
    return Attendue(
        "FA-2026-0001 facture 2026-08-15 2026-09-14",
        "2535.00 507.00 3042.00 0.00 3042.00",
        "Atelier Berthier SARL",
        "Communaute de communes du Val de Loire",
        ("244500011", "41000", ""),
        alerte,
    )


def moulin(*, echeance="2017-12-13", postal="69001", courriel="", alerte="") -> Attendue:
    return Attendue(
        f"FA-2017-0010 facture 2017-11-13 {echeance}",
        "624.90 46.25 671.15 201.00 470.15",
        "Au bon moulin",
        "Ma jolie boutique",
        ("787878784", postal, courriel),
        alerte,
    )


def avoir_du_moulin(courriel: str = "") -> Attendue:
    return Attendue(
        "AV-2017-0005 avoir 2017-11-16 2017-11-16",
        "218.48 14.99 233.47 0.00 233.47",
        "Au bon moulin",
        "Ma jolie boutique",
        ("787878784", "69001", courriel),
    )


def fournisseur(*, echeance="2026-03-02", postal="06000", courriel="", alerte="") -> Attendue:
    return Attendue(
        f"F20260023 facture 2026-01-31 {echeance}",
        "100.00 4.90 104.90 0.00 104.90",
        "LE FOURNISSEUR",
        "LE CLIENT",
        ("987654321", postal, courriel),
        alerte,
    )


def lieferant(echeance: str, alerte: str = "") -> Attendue:
    return Attendue(
        f"471102 facture 2018-03-05 {echeance}",
        "473.00 56.87 529.87 0.00 529.87",
        "Lieferant GmbH",
        "Kunden AG Mitte",
        ("", "69876", ""),
        alerte,
    )


def koksmaat() -> Attendue:
    return Attendue(
        "12115118 facture 2015-01-09 2015-01-09",
        "229.60 20.73 250.33 0.00 250.33",
        "De Koksmaat",
        "ODIN 59",
        ("", "1960 AJ", ""),
    )


def bluem(echeance: str) -> Attendue:
    return Attendue(
        f"20150483 facture 2015-04-01 {echeance}",
        "147.00 30.87 177.87 0.00 177.87",
        "Bluem BV",
        "Provide Verzekeringen",
        ("", "2402 NR", ""),
    )


PAYET, BUYER = "alexandre.payet@majolieboutique.net", "buyer@buyer.com"
GUTSCHRIFT = "« Der Betrag wird ihrem Kundenkonto gutgeschrieben und mit der » ne la donne pas"
SANS_XML = "ne contient pas de facture électronique"
# Un texte : le mot qui doit figurer dans le refus.
CAS_LIMITES: dict[str, tuple[Attendue | str, Attendue | str]] = {
    # cas : (factur-x.xml, facture.pdf)
    "CALC-001": ("3\u202f000,00\u202f€ ne vaut pas HT", "ne vaut pas HT 2\u202f535,00"),
    "CALC-003": ("BR-CO-14", "somme de sa ventilation par taux, 507,00"),
    "CALC-005": ("BR-S-08", "La TVA à 20 % est ventilée en plusieurs lignes"),
    "DATA-001": ("« 2026-08-15 » n'est pas au format AAAAMMJJ", "AAAAMMJJ"),
    "DATA-003": ("(01/07/2026) précède l'émission (15/08/2026)", "précède l'émission"),
    "DATA-005": ("LineTotalAmount « 2400,00 » : la virgule", "la virgule décimale"),
    "IDENT-001": (temoin(), temoin()),
    "IDENT-003": ("BR-S-02", "sans indiquer son numéro de TVA"),
    "OK-001": (temoin(), temoin()),
    "PDF-001": (temoin(), SANS_XML),
    "PDF-003": (temoin(), "AFRelationship absent"),
    "PDF-005": (temoin(), "métadonnées XMP"),
    "PDF-007": (temoin(), temoin("OutputIntent absent")),
    "PRF-001": (temoin("MINIMUM mais contient des lignes"), temoin("MINIMUM")),
    "RBT-001": (temoin(), temoin()),
    "XML-001": ("tronqué", "tronqué"),
    "XML-003": ("se dit encodé en UTF-8 mais ne l'est pas", "UTF-8"),
}
ATTENDUES: dict[str, Attendue | str] = {
    **{f"cas_limites_fr/{cas}/factur-x.xml": xml for cas, (xml, _) in CAS_LIMITES.items()},
    **{f"cas_limites_fr/{cas}/facture.pdf": pdf for cas, (_, pdf) in CAS_LIMITES.items()},
    "facturx_pdf/Avoir_FR_type381_BASIC.pdf": avoir_du_moulin(),
    "facturx_pdf/Facture_FR_BASICWL.pdf": moulin(),
    "facturx_pdf/Facture_FR_MINIMUM.pdf": moulin(
        echeance="None", postal="", alerte="déduit du net à payer"
    ),
    "facturx_pdf/akretion_invoice_EN16931.pdf": fournisseur(courriel=BUYER),
    "facturx_pdf/sample_inofficial_20190125_atgp_factur-x_v_1_0.pdf": moulin(courriel=PAYET),
    "facturx_pdf_a_anomalies/Avoir_FR_type381_EN16931.pdf": avoir_du_moulin(PAYET),
    "facturx_pdf_a_anomalies/Facture_FR_BASIC.pdf": moulin(),
    "facturx_pdf_a_anomalies/Facture_FR_EN16931.pdf": moulin(courriel=PAYET),
    "pdf_sans_xml/free_fiber.pdf": SANS_XML,
    "pdf_sans_xml/oyo.pdf": SANS_XML,
    "xml/EN16931_Einfach_DueDate.cii.xml": lieferant("2019-03-05"),
    "xml/EN16931_Einfach_DueDate.ubl.xml": lieferant("2019-03-05"),
    # Ni échéance, ni conditions que l'on sache lire : une question, jamais trente jours.
    "xml/EN16931_Gutschrift.cii.xml": GUTSCHRIFT,
    "xml/EN16931_Gutschrift.ubl.xml": GUTSCHRIFT,
    "xml/factur-x-basicwl.xml": fournisseur(courriel="me@buyer.com"),
    "xml/factur-x-en16931.xml": fournisseur(courriel=BUYER),
    "xml/factur-x-minimum.xml": fournisseur(echeance="None", postal="", alerte="30 jours"),
    "xml/ubl-21-en16931.xml": Attendue(
        "F124212 facture 2026-06-17 2026-07-16",
        "273.00 35.03 308.03 100.00 208.03",
        "Au bon moulin",
        "Ma jolie boutique SARL",
        ("787878784", "69001", "laetita.durand@jolieboutique.com"),
    ),
    "xml_cii_cen/CII-BR-CO-10-RoundingIssue.xml": "total est nul",
    "xml_cii_cen/CII_business_example_02.xml": "(10/05/2013) précède l'émission (25/08/2013)",
    "xml_cii_cen/CII_example1.xml": koksmaat(),
    "xml_cii_cen/CII_example3.xml": "en DKK",
    "xml_cii_cen/CII_example5.xml": "en DKK",
    "xml_cii_cen/CII_example7.xml": "en SEK",
    "xml_cii_cen/CII_example9.xml": bluem("2015-04-15"),
    "xml_cii_cen/huf_example_cii.xml": "en HUF",
    "xml_ubl_cen/FT G2G_TD01 con Allegato, Bonifico e Split Payment.xml": (
        "« D.LGS. 231/2002 S.M.I » ne la donne pas"
    ),
    "xml_ubl_cen/guide-example2.xml": "en NOK",
    "xml_ubl_cen/issue116.xml": "en SEK",
    "xml_ubl_cen/ubl-tc434-creditnote1.xml": Attendue(
        "018304 / 28865 avoir 2019-09-23 None",
        "100.11 0.00 100.11 0.00 100.11",
        "My Supplier Company",
        "My Customer Company",
        ("", "1000", "pete.smith@mycustomercompany.be"),
    ),
    "xml_ubl_cen/ubl-tc434-example10.xml": koksmaat(),
    "xml_ubl_cen/ubl-tc434-example3.xml": "en DKK",
    "xml_ubl_cen/ubl-tc434-example5.xml": "en DKK",
    "xml_ubl_cen/ubl-tc434-example7.xml": "en SEK",
    "xml_ubl_cen/ubl-tc434-example9.xml": bluem("2015-04-14"),
    "zugferd_pdf/EN16931_Einfach_DueDate.pdf": lieferant("2019-03-05"),
    "zugferd_pdf/EN16931_Gutschrift.pdf": GUTSCHRIFT,
    "zugferd_pdf/EN16931_Innergemeinschaftliche_Lieferungen.pdf": Attendue(
        "47110818 facture 2018-10-31 2018-11-30",
        "2000.00 0.00 2000.00 0.00 2000.00",
        "Global Supplies Ltd.",
        "Metallbau Leipzig GmbH & Co. KG",
        ("", "12345", ""),
    ),
}


@pytest.fixture(scope="module")
def resultats() -> dict[str, ResultatLecture]:
    """Tout le dossier lu en un lot, comme à l'import."""
    chemins = [c for c in sorted(FACTURES.rglob("*")) if c.suffix in (".pdf", ".xml")]
    noms = [chemin.relative_to(FACTURES).as_posix() for chemin in chemins]
    lus = list(lire_au_fil((n, c.read_bytes()) for n, c in zip(noms, chemins, strict=True)))
    return dict(zip(noms, lus, strict=True))


def test_aucun_fichier_du_dossier_n_echappe_au_tableau(resultats):
    assert set(resultats) == set(ATTENDUES)


def test_on_sait_combien_se_lisent_et_combien_se_refusent(resultats):
    lus = [nom for nom, resultat in resultats.items() if not resultat.refus]
    refuses = [nom for nom, resultat in resultats.items() if resultat.refus]
    assert (len(lus), len(refuses), len(resultats)) == (34, 38, 72)


@pytest.mark.parametrize("nom", ATTENDUES)
def test_le_fichier_se_lit_juste_ou_se_refuse_en_nommant_son_defaut(nom, resultats):
    resultat, attendue = resultats[nom], ATTENDUES[nom]
    if isinstance(attendue, str):
        assert attendue in " ".join(refus.phrase for refus in resultat.refus)
        return
    assert resultat.refus == ()
    facture = resultat.factures[0]
    *mots, emission, echeance = attendue.entete.split(" ")
    numero, nature = " ".join(mots[:-1]), mots[-1]
    assert (facture.numero, facture.nature, facture.devise) == (numero, nature, "EUR")
    assert facture.date_emission == date.fromisoformat(emission)
    assert str(facture.date_echeance) == echeance
    assert [
        facture.montant_ht,
        facture.montant_tva,
        facture.montant_ttc,
        facture.montant_prepaye,
        facture.montant_du,
    ] == [Decimal(montant) for montant in attendue.totaux.split()]
    assert (facture.vendeur.nom, facture.acheteur.nom) == (attendue.vendeur, attendue.acheteur)
    acheteur = facture.acheteur
    assert (acheteur.siren, acheteur.code_postal, acheteur.courriel) == attendue.reperes
    assert attendue.alerte in " ".join(alerte.phrase for alerte in resultat.alertes)


@pytest.mark.django_db
@pytest.mark.parametrize("nom", ATTENDUES)
def test_le_fichier_s_enregistre_tel_qu_il_se_lit(nom, resultats, monkeypatch):
    """Du dépôt à la base, l'aperçu relu en chemin : ni plus, ni moins, ni autrement."""
    resultat, attendue = resultats[nom], ATTENDUES[nom]
    monkeypatch.setattr(depot, "lire_au_fil", lambda fichiers: [resultat for _ in fichiers])
    creancier, maintenant = un_creancier(), datetime(2026, 11, 2, 9, tzinfo=UTC)
    octets = (FACTURES / nom).read_bytes()
    importation = preparer_import(creancier, [(nom, octets)], acteur=None, maintenant=maintenant)
    importation = relire_import(importation)
    valider_import(importation, acteur=None, maintenant=maintenant)
    factures = list(Facture.objects.pour(creancier).select_related("client"))
    if isinstance(attendue, str):
        assert factures == []
        assert not Client.objects.pour(creancier).exists()
        return
    (facture,) = factures
    *mots, emission, echeance = attendue.entete.split(" ")
    assert (facture.numero, facture.nature) == (" ".join(mots[:-1]), mots[-1])
    assert facture.date_emission == date.fromisoformat(emission)
    if echeance == "None":
        # Le délai habituel du créancier, et l'aperçu l'a dit ; un avoir n'en a pas.
        jours = 0 if facture.est_avoir else creancier.delai_paiement
        assert facture.date_echeance == facture.date_emission + timedelta(days=jours)
    else:
        assert facture.date_echeance == date.fromisoformat(echeance)
    ht, tva, ttc, _, reste = (Decimal(montant) for montant in attendue.totaux.split())
    assert (facture.montant_ht, facture.montant_tva) == (ht, tva)
    assert (facture.montant_ttc, facture.solde, facture.devise) == (ttc, reste, "EUR")
    client = facture.client
    assert (client.nom, client.siren, client.code_postal) == (
        attendue.acheteur,
        *attendue.reperes[:2],
    )
    assert client.est_a_completer
    courriels = Coordonnee.objects.pour(creancier).filter(client=client, genre="courriel")
    assert list(courriels.values_list("valeur", flat=True)) == [attendue.reperes[2]] * bool(
        attendue.reperes[2]
    )
    pieces = Piece.objects.pour(creancier).filter(facture=facture)
    assert pieces.count() == nom.endswith(".pdf")
    call_command("verifier", "soldes", stdout=StringIO())
