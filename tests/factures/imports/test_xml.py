"""CII et UBL : numéro, dates, totaux et parties, ou la raison du refus."""

from datetime import date
from decimal import Decimal

import pytest

from factures.imports.lecteur import lire_fichier
from factures.imports.types import FactureLue
from tests.factures.imports.echantillons import PROFILS, un_cii, un_ubl


def lire(xml: bytes) -> FactureLue:
    resultat = lire_fichier("facture.xml", xml)
    assert resultat.refus == ()
    return resultat.factures[0]


def phrases(xml: bytes) -> str:
    resultat = lire_fichier("facture.xml", xml)
    assert resultat.factures == ()
    return " ".join(refus.phrase for refus in resultat.refus)


def alertes(xml: bytes) -> str:
    return " ".join(alerte.phrase for alerte in lire_fichier("facture.xml", xml).alertes)


def test_un_cii_donne_numero_dates_totaux_et_parties():
    facture = lire(un_cii())
    assert (facture.numero, facture.nature, facture.devise) == ("FA-2026-041", "facture", "EUR")
    assert (facture.date_emission, facture.date_echeance) == (date(2026, 3, 12), date(2026, 4, 11))
    assert facture.montant_ht == Decimal("1000.00")
    assert facture.montant_tva == Decimal("200.00")
    assert facture.montant_ttc == facture.montant_du == Decimal("1200.00")
    assert facture.montant_prepaye == 0
    vendeur, acheteur = facture.vendeur, facture.acheteur
    assert (vendeur.nom, vendeur.siren, vendeur.tva) == (
        "Menuiserie Kerbrat",
        "732829320",
        "FR44732829320",
    )
    assert (acheteur.nom, acheteur.siren) == ("Garage Pellerin", "404833048")
    assert acheteur.lignes == ("12 rue des Forges", "Bâtiment B")
    assert (acheteur.code_postal, acheteur.ville, acheteur.pays) == ("35000", "Rennes", "FR")
    assert acheteur.courriel == "compta@pellerin.example"
    assert acheteur.telephone == "01 99 00 12 34"
    assert facture.iban == "FR1420041010050500013M02606"
    assert facture.reference_commande == "BC-77"
    assert facture.notes == ("Chantier des Tilleuls",)


def test_une_facture_juste_ne_porte_aucune_alerte():
    assert alertes(un_cii()) == ""
    assert alertes(un_ubl()) == ""


@pytest.mark.parametrize("profil", PROFILS)
def test_chaque_profil_de_factur_x_se_lit(profil):
    assert lire(un_cii(profil=profil)).profil == profil


@pytest.mark.parametrize(
    ("type_document", "nature"),
    [
        ("380", "facture"),
        ("384", "facture"),
        ("389", "facture"),
        ("386", "acompte"),
        ("381", "avoir"),
        ("261", "avoir"),
    ],
)
def test_le_type_de_document_fait_la_nature(type_document, nature):
    assert lire(un_cii(type_document=type_document)).nature == nature


@pytest.mark.parametrize(
    ("type_document", "raison"), [("325", "pro forma"), ("751", "751"), ("999", "999")]
)
def test_un_document_qui_n_est_pas_une_creance_est_refuse(type_document, raison):
    assert raison in phrases(un_cii(type_document=type_document))


def test_l_acompte_verse_reduit_le_reste_du():
    facture = lire(un_cii(prepaye="300.00", du="900.00"))
    assert facture.montant_prepaye == Decimal("300.00")
    assert facture.montant_du == Decimal("900.00")


def test_au_profil_minimum_le_deja_paye_se_deduit_et_se_signale():
    xml = un_cii(profil="MINIMUM", du="900.00")
    assert lire(xml).montant_prepaye == Decimal("300.00")
    assert "300,00" in alertes(xml)


def test_un_reste_du_incoherent_est_refuse():
    assert "900,00" in phrases(un_cii(du="900.00"))


def test_un_total_qui_ne_vaut_pas_ht_plus_tva_est_refuse_avec_ses_chiffres():
    phrase = phrases(un_cii(ttc="1100.00", du="1100.00"))
    assert "1\u202f100,00" in phrase
    assert "1\u202f000,00" in phrase
    assert "200,00" in phrase


def test_un_centime_d_arrondi_se_signale_sans_refus():
    xml = un_cii(ttc="1200.01", du="1200.01")
    assert lire(xml).montant_ttc == Decimal("1200.01")
    assert "0,01" in alertes(xml)


def test_la_tva_par_taux_doit_faire_la_tva_totale():
    assert "BR-CO-14" in phrases(un_cii(ventilation="190.00"))


def test_une_echeance_avant_l_emission_se_signale_sans_refus():
    xml = un_cii(echeance="20260311")
    assert lire(xml).date_echeance == date(2026, 3, 11)
    assert "11/03/2026" in alertes(xml)


def test_une_echeance_absente_reste_absente_et_se_signale():
    xml = un_cii(echeance="")
    assert lire(xml).date_echeance is None
    assert "30 jours" in alertes(xml)


def test_une_autre_devise_est_refusee():
    assert "CHF" in phrases(un_cii(devise="CHF"))


def test_un_total_nul_est_refuse():
    assert "nul" in phrases(un_cii(ht="0.00", tva="0", ventilation="0", ttc="0.00", du="0.00"))


def test_un_numero_ou_une_date_absents_sont_refuses():
    assert "Numéro manquant" in phrases(un_cii(numero=""))
    assert "Date d'émission manquante" in phrases(un_cii(emission=""))


def test_une_date_qui_n_est_pas_au_format_annonce_est_refusee():
    assert "AAAAMMJJ" in phrases(un_cii(emission="2026-03-12"))
    assert "n'existe pas" in phrases(un_cii(emission="20260231"))


def test_une_virgule_decimale_dans_un_xml_est_refusee():
    assert "virgule" in phrases(un_cii(ht="1000,00"))


def test_plus_de_deux_decimales_dans_un_total_est_refuse():
    assert "deux décimales" in phrases(un_cii(ttc="1200.005", du="1200.005"))


def test_une_cle_fausse_se_signale_sans_faire_disparaitre_la_dette():
    xml = un_cii().replace(b"404833048", b"404833049")
    assert lire(xml).acheteur.siren == "404833049"
    assert "404833049" in alertes(xml)


def test_un_ubl_donne_les_memes_faits():
    facture = lire(un_ubl(prepaye="200.00", du="1000.00"))
    assert (facture.numero, facture.nature) == ("FA-2026-041", "facture")
    assert (facture.date_emission, facture.date_echeance) == (date(2026, 3, 12), date(2026, 4, 11))
    assert facture.montant_ht == Decimal("1000.00")
    assert facture.montant_ttc == Decimal("1200.00")
    assert facture.montant_prepaye == Decimal("200.00")
    assert facture.montant_du == Decimal("1000.00")
    assert (facture.vendeur.nom, facture.vendeur.siren) == ("Menuiserie Kerbrat", "732829320")
    assert (facture.acheteur.nom, facture.acheteur.siren) == ("Garage Pellerin", "404833048")
    assert facture.acheteur.code == "C-0099"
    assert facture.iban == "FR1420041010050500013M02606"


def test_un_avoir_ubl_vise_sa_facture_et_n_attend_pas_d_echeance():
    facture = lire(un_ubl(avoir=True))
    assert (facture.nature, facture.references) == ("avoir", ("FA-2026-007",))
    assert facture.date_echeance is None
    assert alertes(un_ubl(avoir=True)) == ""


def test_la_tva_redite_dans_une_autre_devise_est_ignoree():
    autre = '<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">2000.00</cbc:TaxAmount></cac:TaxTotal>'
    assert lire(un_ubl(taxes=autre)).montant_tva == Decimal("200.00")


def test_un_xml_qui_n_est_pas_une_facture_est_nomme():
    assert "« Document »" in phrases(b"<Document><a/></Document>")


def test_un_xml_tronque_est_dit_tronque():
    assert "tronqué" in phrases(un_cii()[:900])


def test_un_encodage_mensonger_est_refuse():
    menteur = un_cii().decode().encode("latin-1")
    assert "UTF-8" in phrases(menteur)


@pytest.mark.parametrize(
    "entete",
    [
        '<!DOCTYPE r SYSTEM "http://exemple.invalid/x.dtd">',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
    ],
)
def test_toute_declaration_doctype_est_refusee(entete):
    assert "DOCTYPE" in phrases(un_cii(entete=entete))


def test_un_doctype_cache_en_utf_16_est_refuse_aussi():
    texte = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE r [<!ENTITY a "x">]><r>&a;</r>'
    assert phrases(texte.encode("utf-16"))


def test_un_xml_trop_profond_est_refuse():
    assert "limites" in phrases(b"<a>" * 5_000 + b"</a>" * 5_000)
