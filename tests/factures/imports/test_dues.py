"""Ce qui est vraiment dû d'un document lu : arrondi, acompte, signe, type et échéance."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from factures.actions import encaisser, modifier_facture
from factures.actions.importation import preparer_import, valider_import
from factures.erreurs import FactureIncoherente
from factures.imports.lecteur import lire_fichier
from factures.models import Encaissement, Facture, LigneImport
from recouvrement.socle.montants import ZERO
from tests.fabriques.comptes import un_creancier
from tests.factures.imports.echantillons import un_cii, un_facturx, un_ubl
from tests.factures.imports.test_colonnes import raisons, une_ligne

CAS = Path(__file__).parents[1] / "cas"
MAINTENANT = datetime(2026, 9, 1, 10, tzinfo=UTC)


@pytest.fixture
def soldes(db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def le_cas(nom: str, fichier: str = "a.xml") -> tuple[str, bytes]:
    return fichier, (CAS / nom / fichier).read_bytes()


def importer(creancier, *fichiers):
    importation = preparer_import(
        creancier, fichiers, acteur=None, maintenant=MAINTENANT, motif_du_vendeur="Même maison"
    )
    return valider_import(importation, acteur=None, maintenant=MAINTENANT)


def alertes_de(importation) -> str:
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return " ".join(alerte["phrase"] for ligne in lignes for alerte in ligne.alertes)


def la_facture(creancier, numero) -> Facture:
    return Facture.objects.pour(creancier).select_related("client", "creancier").get(numero=numero)


def lue(xml: bytes):
    resultat = lire_fichier("facture.xml", xml)
    assert resultat.refus == ()
    return resultat.factures[0], " ".join(a.phrase for a in resultat.alertes)


# BR-CO-16 : BT-115 = BT-112 − BT-113 + BT-114.
def test_l_arrondi_bt_114_entre_dans_ce_qui_est_du_et_le_centime_se_paye(soldes):
    creancier = un_creancier()
    importation = importer(creancier, le_cas("arrondi-bt114"))
    facture = la_facture(creancier, "AR-2026-001")
    assert (facture.montant_ttc, facture.solde) == (Decimal("25.47"), Decimal("25.47"))
    assert (facture.montant_ht, facture.montant_tva) == (Decimal("21.23"), Decimal("4.25"))
    assert facture.arrondi == Decimal("-0.01")
    assert "0,01" in alertes_de(importation)
    encaisser(
        facture.client,
        montant=Decimal("25.47"),
        recu_le=date(2026, 8, 20),
        moyen="virement",
        acteur=None,
    )
    facture.refresh_from_db()
    assert facture.est_soldee


@pytest.mark.parametrize(
    ("lire", "prepaye"),
    [(un_cii, None), (un_cii, "300.00"), (un_ubl, ""), (un_ubl, "300.00")],
)
def test_arrondi_et_acompte_font_le_net_a_payer_en_cii_comme_en_ubl(lire, prepaye):
    # 1 200,00 − 300,00 + 0,03 = 900,03 : dû en tout 1 200,03.
    du = "900.03" if prepaye else "1200.03"
    facture, dites = lue(lire(prepaye=prepaye, du=du, arrondi="0.03"))
    assert facture.montant_ttc == Decimal("1200.03")
    assert facture.montant_du == Decimal(du)
    assert facture.montant_prepaye == Decimal(prepaye or 0)
    assert "0,03" in dites


def test_un_pdf_factur_x_garde_son_arrondi():
    resultat = lire_fichier("facture.pdf", un_facturx(un_cii(arrondi="-0.01", du="1199.99")))
    assert resultat.refus == ()
    assert resultat.factures[0].montant_ttc == Decimal("1199.99")


def test_un_net_a_payer_a_un_centime_pres_est_ce_qui_est_du():
    facture, dites = lue(un_cii(prepaye="300.00", du="899.99"))
    assert (facture.montant_ttc, facture.montant_du) == (Decimal("1199.99"), Decimal("899.99"))
    assert "899,99" in dites


def test_un_arrondi_qui_annule_tout_ne_laisse_rien_a_suivre():
    xml = un_cii(ht="0.01", tva="0", ventilation="0", ttc="0.01", arrondi="-0.01", du="0.00")
    resultat = lire_fichier("facture.xml", xml)
    assert "nul" in " ".join(refus.phrase for refus in resultat.refus)


@given(
    ttc=st.decimals("1", "99999", places=2),
    part=st.decimals("0", "1", places=2),
    ecart=st.decimals("-0.50", "0.50", places=2),
)
def test_le_montant_est_toujours_l_acompte_plus_le_net_a_payer(ttc, part, ecart):
    prepaye = (ttc * part / 2).quantize(Decimal("0.01"))
    du = ttc - prepaye + ecart
    xml = un_cii(
        ht=str(ttc), tva="0", ventilation="0", ttc=str(ttc), prepaye=str(prepaye),
        arrondi=str(ecart), du=str(du),
    )  # fmt: skip
    facture, _ = lue(xml)
    assert facture.montant_ttc == facture.montant_prepaye + facture.montant_du == prepaye + du


def test_la_colonne_arrondi_d_un_tableur_compte_comme_bt_114():
    ligne = une_ligne(
        **{"Montant HT": "21,23", "Montant TVA": "4,25", "Montant TTC": "25,48"},
        **{"Arrondi": "-0,01", "Net à payer": "25,47"},
    )
    assert ligne.facture.montant_ttc == Decimal("25.47")
    assert ligne.facture.montant_prepaye == ZERO
    assert "0,01" in " ".join(alerte.phrase for alerte in ligne.alertes)


def test_une_facture_a_arrondi_se_corrige_sans_perdre_son_arrondi(soldes):
    creancier = un_creancier()
    importer(creancier, le_cas("arrondi-bt114"))
    facture = la_facture(creancier, "AR-2026-001")
    modifier_facture(
        facture, acteur=None, libelle="Portail", montant_ht=facture.montant_ht,
        montant_tva=facture.montant_tva, montant_ttc=facture.montant_ttc,
    )  # fmt: skip
    facture.refresh_from_db()
    assert (facture.libelle, facture.montant_ttc) == ("Portail", Decimal("25.47"))
    with pytest.raises(FactureIncoherente, match="25,48"):
        modifier_facture(facture, acteur=None, montant_ttc=Decimal("25.40"))


@pytest.mark.parametrize("code", ["380", "381", "389", "386"])
def test_un_document_negatif_est_un_avoir_du_montant_positif(code):
    facture, dites = lue(
        un_cii(
            type_document=code, ht="-100.00", tva="-20.00", ventilation="-20.00", ttc="-120.00",
            du="-120.00",
        )
    )  # fmt: skip
    assert (facture.nature, facture.montant_ttc) == ("avoir", Decimal("120.00"))
    assert (facture.montant_ht, facture.montant_tva) == (Decimal("100.00"), Decimal("20.00"))
    assert "120,00" in dites
    assert "avoir" in dites


def test_le_cas_de_l_avoir_380_s_enregistre_comme_un_avoir(soldes):
    creancier = un_creancier()
    importer(creancier, le_cas("avoir-380-negatif"))
    avoir = la_facture(creancier, "NEG-1")
    assert avoir.est_avoir
    assert (avoir.montant_ttc, avoir.solde) == (Decimal("120.00"), Decimal("120.00"))


def test_des_signes_qui_se_contredisent_restent_refuses():
    xml = un_cii(ht="100.00", tva="20.00", ventilation="20.00", ttc="-120.00", du="-120.00")
    assert lire_fichier("facture.xml", xml).factures == ()


def test_une_facture_negative_de_tableur_est_un_avoir_meme_si_la_colonne_dit_facture():
    ligne = une_ligne(**{"Nature": "facture", "Montant TTC": "-120,00"})
    assert (ligne.facture.nature, ligne.facture.montant_ttc) == ("avoir", Decimal("120.00"))
    assert "avoir" in " ".join(alerte.phrase for alerte in ligne.alertes)


# EN 16931, liste BR-CL-01.
@pytest.mark.parametrize(
    "code",
    [
        *(71, 80, 82, 84, 102, 130, 202, 203, 204, 211, 218, 219, 295, 331, 382, 385, 387, 390),
        *(394, 456, 457, 527, 553, 633, 817, 870, 935),
    ],
)
def test_les_autres_types_d_en_16931_sont_des_factures_et_le_disent(code):
    facture, dites = lue(un_cii(type_document=str(code)))
    assert facture.nature == "facture"
    assert f" {code} " in dites


@pytest.mark.parametrize("code", ["81", "83", "381", "396", "420", "458", "532"])
def test_les_types_d_avoir_d_en_16931_restent_des_avoirs(code):
    assert lue(un_cii(type_document=code))[0].nature == "avoir"


def test_situation_de_travaux_et_location_entrent_ensemble(soldes):
    creancier = un_creancier()
    importer(creancier, le_cas("types-de-facture"), le_cas("types-de-facture", "b.xml"))
    assert la_facture(creancier, "TY-204").solde == Decimal("25.48")
    assert la_facture(creancier, "TY-387").nature == "facture"


def test_une_echeance_avant_l_emission_entre_avec_une_remarque(soldes):
    creancier = un_creancier()
    importation = importer(creancier, le_cas("echeance-avant-emission"))
    facture = la_facture(creancier, "ED-1")
    assert (facture.date_emission, facture.date_echeance) == (date(2026, 8, 15), date(2026, 8, 1))
    assert "01/08/2026" in alertes_de(importation)


def test_une_ligne_de_tableur_echue_avant_son_emission_entre_aussi():
    ligne = une_ligne(**{"Date de facture": "12/03/2026", "Échéance": "01/03/2026"})
    assert ligne.facture.date_echeance == date(2026, 3, 1)
    assert "précède" in " ".join(alerte.phrase for alerte in ligne.alertes)


def test_deja_payee_et_echue_avant_son_emission_elle_n_est_pas_en_retard(soldes):
    # Rien ne dit le jour du paiement : le plus favorable au débiteur est retenu.
    creancier = un_creancier()
    entetes = "Numéro;Client;Date facture;Échéance;Montant TTC;Déjà payé\n"
    csv = entetes + "L1;Durand;15/08/2026;01/08/2026;100,00;100,00\n"
    importer(creancier, ("loyers.csv", csv.encode()))
    facture = la_facture(creancier, "L1")
    assert facture.est_soldee
    assert not facture.est_reglee_en_retard


def test_payee_a_l_heure_avant_d_etre_emise_elle_n_est_pas_en_retard(soldes):
    creancier = un_creancier()
    importer(creancier, le_cas("echeance-avant-emission"))
    facture = la_facture(creancier, "ED-1")
    encaisser(
        facture.client, montant=facture.solde, recu_le=date(2026, 7, 30), moyen="virement",
        acteur=None,
    )  # fmt: skip
    facture.refresh_from_db()
    assert facture.est_soldee
    assert not facture.est_reglee_en_retard
    assert Encaissement.objects.pour(creancier).get().recu_le == date(2026, 7, 30)


def test_un_tableur_dont_l_arrondi_ne_colle_pas_est_refuse():
    ligne = une_ligne(**{"Montant TTC": "100,00", "Arrondi": "x"})
    assert "arrondi" in raisons(ligne)
