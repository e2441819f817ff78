"""Les PDF venus d'ailleurs : comptés, inventoriés, désarmés, et jamais dans l'application."""

import time
import zipfile
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from recouvrement.documents.pdf import examen
from recouvrement.documents.pdf import lecture as pdf
from recouvrement.documents.pdf.demandes import Examen, Partie, liasse_demesuree
from recouvrement.documents.pdf.examen import examiner, fusionner
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques.pdf import (
    ACTIFS,
    un_flux_compresse,
    un_pdf_actif,
    un_pdf_brut,
    un_pdf_de,
)


@pytest.mark.parametrize("nom", ACTIFS)
def test_ce_qui_agit_est_nomme_puis_ote_de_ce_que_l_on_scelle(nom):
    octets = un_pdf_actif(nom)
    vu = pdf.examiner("pdf", octets)
    assert vu.pages == 1
    assert any(ACTIFS[nom][1] in action for action in vu.actif), vu.actif

    scelle, pages = pdf.fusionner([Partie(un_pdf_brut()), Partie(octets, etranger=True)])

    assert pages == 2
    assert pdf.inventaire(PdfReader(BytesIO(scelle)).root_object) == ()
    for interdit in (b"JavaScript", b"/JS", b"#53", b"Launch", b"cmd.exe", b"/XFA", b"MZ"):
        assert interdit not in scelle
    assert "Bon pour accord" in PdfReader(BytesIO(scelle)).pages[1].extract_text()


def test_un_premier_pdf_etranger_est_desarme_aussi():
    scelle, _ = pdf.fusionner([Partie(un_pdf_actif("ouverture"), etranger=True)])
    assert b"JavaScript" not in scelle


@pytest.mark.parametrize(
    "champs",
    [
        {"catalogue": "/OpenAction[3 0 R/Fit]"},
        {
            "page": "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://x.fr)>>>>]"
        },
        {"page": "/Resources<</Font<</JS 5 0 R/AA 5 0 R>>>>"},
        {},
    ],
)
def test_ce_qui_n_agit_pas_n_est_pas_montre_du_doigt(champs):
    assert pdf.examiner("pdf", un_pdf_brut(**champs)) == Examen(pages=1)


def test_le_xml_d_une_facture_electronique_n_est_pas_un_contenu_actif():
    ecrivain = PdfWriter()
    ecrivain.add_blank_page(9, 9)
    ecrivain.add_attachment("factur-x.xml", b"<x/>")
    sortie = BytesIO()
    ecrivain.write(sortie)
    assert pdf.examiner("pdf", sortie.getvalue()) == Examen(pages=1)
    scelle, _ = pdf.fusionner([Partie(un_pdf_brut()), Partie(sortie.getvalue(), etranger=True)])
    assert PdfReader(BytesIO(scelle)).attachments == {}


def test_soixante_mille_pages_se_refusent_sans_que_l_application_les_ouvre():
    octets = un_pdf_de(60_000)
    debut = time.process_time()
    with pytest.raises(ErreurMetier, match="60000 pages, 1000 au plus"):
        examiner("pdf", octets)
    assert time.process_time() - debut < 1


def test_un_compte_de_pages_menteur_ne_trompe_pas():
    menteur = un_pdf_de(1200).replace(b"/Count 1200", b"/Count 1   ")
    with pytest.raises(ErreurMetier, match="1200 pages"):
        pdf.examiner("pdf", menteur)


@pytest.mark.parametrize(
    "octets",
    [b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", un_pdf_brut()[:300]],
)
def test_un_pdf_abime_reste_une_preuve_sans_pages(octets):
    assert examiner("pdf", octets) == Examen()


def test_un_pdf_protege_ne_se_compte_pas():
    ecrivain = PdfWriter()
    ecrivain.add_blank_page(9, 9)
    ecrivain.encrypt("secret")
    sortie = BytesIO()
    ecrivain.write(sortie)
    assert examiner("pdf", sortie.getvalue()) == Examen()


def test_une_bombe_bureautique_est_refusee():
    sortie = BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for rang in range(3):
            archive.writestr(f"{rang}.xml", bytes(80_000_000))
    with pytest.raises(ErreurMetier, match="décompressé"):
        examiner("docx", sortie.getvalue())


def test_les_macros_se_voient_au_sommaire_de_l_archive():
    sortie = BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    assert examiner("docx", sortie.getvalue()).actif == ("macros",)


def test_une_bombe_qui_tue_l_enfant_donne_une_phrase_et_le_suivant_travaille():
    """Un catalogue enfermé dans un flux d'un gigaoctet : le lire, c'est l'ouvrir."""
    bombe = un_pdf_brut(objets={1: un_flux_compresse(900_000_000, "/Type/ObjStm/N 9/First 9")})
    try:
        examiner("pdf", bombe)
    except ErreurMetier as refus:
        assert refus.message.endswith(".")  # noqa: PT017 -- refusée, ou illisible : jamais une panne
    assert examiner("pdf", un_pdf_brut()) == Examen(pages=1)


def test_une_fusion_impossible_donne_une_phrase():
    with pytest.raises(ErreurMetier, match="réunis"):
        fusionner([Partie(b"%PDF-1.7\nrien")])


def test_une_liasse_a_des_bornes_qui_se_disent():
    assert liasse_demesuree(pages=3000, poids=60 * 1024**2) == ""
    assert "3001 pages, 3000 au plus" in liasse_demesuree(pages=3001, poids=0)
    assert "61 Mo, 60 au plus" in liasse_demesuree(pages=0, poids=61 * 1024**2)
    with pytest.raises(ErreurMetier, match="allégez"):
        fusionner([Partie(bytes(61 * 1024**2), etranger=True)])


def test_les_pieces_ne_s_ouvrent_que_dans_un_enfant(monkeypatch):
    """L'application parle à un enfant : privée de lui, elle n'ouvre rien elle-même."""
    monkeypatch.setattr(examen, "OUVREURS", None)
    with pytest.raises(AttributeError):
        examiner("pdf", un_pdf_brut())
    assert examiner("txt", b"bonjour") == Examen()
