"""Du PDF à la facture qu'il porte, ou à la raison pour laquelle il n'en donne pas."""

from decimal import Decimal

import pytest

from factures.imports.lecteur import lire_fichier
from tests.factures.imports.echantillons import (
    un_cii,
    un_facturx,
    un_pdf,
    un_pdf_joignant,
)


def phrase(nom: str, octets: bytes) -> str:
    resultat = lire_fichier(nom, octets)
    assert resultat.factures == ()
    return resultat.refus[0].phrase


def test_un_factur_x_se_lit_sans_alerte_de_lecture():
    resultat = lire_fichier("FA-2026-041.pdf", un_facturx())
    assert resultat.refus == ()
    facture = resultat.factures[0]
    assert (facture.numero, facture.montant_ttc) == ("FA-2026-041", Decimal("1200.00"))
    assert [a.phrase for a in resultat.alertes if "XMP" in a.phrase or "AFRel" in a.phrase] == []


@pytest.mark.parametrize(
    "nom", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "facture-041.xml"]
)
def test_la_facture_jointe_se_trouve_sous_tous_ses_noms(nom):
    resultat = lire_fichier("a.pdf", un_pdf_joignant(nom, un_cii()))
    assert resultat.factures[0].numero == "FA-2026-041"


def test_les_ecarts_au_format_factur_x_se_refusent_et_une_personne_peut_passer_outre():
    resultat = lire_fichier("a.pdf", un_pdf_joignant("factur-x.xml", un_cii()))
    refus = " ".join(refus.phrase for refus in resultat.refus)
    assert "XMP" in refus
    assert all(refus.levable for refus in resultat.refus)
    assert resultat.factures[0].numero == "FA-2026-041"


def test_un_output_intent_absent_se_signale_sauf_si_la_page_dit_ses_couleurs():
    sans = lire_fichier("a.pdf", un_facturx())
    assert sans.refus == ()
    assert [a.phrase for a in sans.alertes if "OutputIntent" in a.phrase]
    avec = lire_fichier("a.pdf", un_facturx(couleurs_dites=True))
    assert not [a.phrase for a in avec.alertes if "OutputIntent" in a.phrase]


def test_un_pdf_sans_facture_electronique_le_dit():
    assert "ne contient pas de facture électronique" in phrase("a.pdf", un_pdf())
    joint = un_pdf_joignant("photo.jpg", b"...")
    assert "ne contient pas de facture électronique" in phrase("a.pdf", joint)


def test_une_commande_order_x_n_est_pas_une_facture():
    assert "commande" in phrase("a.pdf", un_pdf_joignant("order-x.xml", b"<a/>"))


def test_un_pdf_protege_par_mot_de_passe_le_dit():
    assert "mot de passe" in phrase("a.pdf", un_pdf(mot_de_passe="secret"))


@pytest.mark.parametrize("garde", [40, 400, -60])
def test_un_pdf_tronque_est_dit_abime(garde):
    assert "abîmé ou tronqué" in phrase("a.pdf", un_facturx()[:garde])


def test_un_xml_joint_fautif_garde_sa_raison():
    assert "virgule" in phrase("a.pdf", un_pdf_joignant("factur-x.xml", un_cii(ht="1,0")))
