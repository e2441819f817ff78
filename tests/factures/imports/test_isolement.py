"""Les fichiers hostiles : une phrase, une mémoire et un temps bornés, et le lot continue."""

import resource
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import EncodedStreamObject, NameObject

from factures.imports import isolement
from factures.imports.isolement import lire_au_fil
from factures.imports.lecteur import lire_fichier
from recouvrement.socle.processus import isolement as socle
from recouvrement.socle.processus.trames import depouiller
from tests.factures.imports.echantillons import (
    octets_de,
    un_cii,
    un_classeur,
    un_facturx,
    un_ods,
    un_pdf,
    un_ubl,
    une_bombe,
)


def raisons(*fichiers: tuple[str, bytes]) -> list[str]:
    return [
        " ".join(refus.phrase for refus in resultat.refus) for resultat in lire_au_fil(fichiers)
    ]


def une_bombe_pdf() -> bytes:
    """Un XML joint de 400 Mo une fois décompressé."""
    ecrivain = PdfWriter()
    ecrivain.add_blank_page(10, 10)
    piece = ecrivain.add_attachment("factur-x.xml", b"x")
    flux = EncodedStreamObject()
    flux._data = zlib.compress(bytes(400_000_000), 1)
    flux[NameObject("/Filter")] = NameObject("/FlateDecode")
    reference = ecrivain._add_object(flux)
    for cle in ("/F", "/UF"):
        piece.pdf_object["/EF"][NameObject(cle)] = reference
    return octets_de(ecrivain)


def test_un_lot_melange_rend_chaque_resultat_a_sa_place():
    resultats = list(
        lire_au_fil(
            [
                ("a.pdf", un_facturx()),
                ("b.xml", un_ubl()),
                ("c.xml", b"<rien"),
                ("d.csv", "Numéro;Client\nF-1;Société É\n".encode("cp1252")),
                ("e.xlsx", un_classeur(["Numéro", "Client"], ["F-1", "Durand"])),
                ("f.ods", un_ods(["Numéro", "Client"], ["F-1", "Durand"])),
            ]
        )
    )
    assert [r.nom for r in resultats] == ["a.pdf", "b.xml", "c.xml", "d.csv", "e.xlsx", "f.ods"]
    assert [bool(r.refus) for r in resultats] == [False, False, True, False, False, False]
    assert resultats[0].factures[0].numero == resultats[1].factures[0].numero == "FA-2026-041"
    assert resultats[3].feuille.lignes[0].cellules == ("F-1", "Société É")
    assert resultats[4].feuille.lignes[0].cellules == ("F-1", "Durand")
    assert resultats[5].feuille.entetes == ["Numéro", "Client"]


def test_l_enfant_lit_exactement_ce_que_lirait_le_parent():
    octets = un_facturx()
    assert list(lire_au_fil([("a.pdf", octets)])) == [lire_fichier("a.pdf", octets)]


def test_une_bombe_zip_est_refusee_sans_memoire_et_le_lot_continue():
    bombe = une_bombe(300_000_000)
    avant = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    phrases = raisons(("bombe.xlsx", bombe), ("bon.xml", un_cii()))
    apres = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "décompressé" in phrases[0]
    assert phrases[1] == ""
    assert apres - avant < 50_000  # kio


def test_une_bombe_sous_le_plafond_meurt_dans_l_enfant_seul():
    phrases = raisons(("bombe.xlsx", une_bombe(145_000_000)), ("bon.xml", un_cii()))
    assert "mémoire" in phrases[0]
    assert phrases[1] == ""


def test_une_bombe_dans_un_pdf_donne_une_phrase():
    assert raisons(("bombe.pdf", une_bombe_pdf()), ("bon.xml", un_cii()))[0] != ""


def test_les_entites_d_un_xml_hostile_ne_sont_jamais_ouvertes():
    rires = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY a{i} "&a{i - 1 or ""};&a{i - 1 or ""};">' for i in range(1, 40)
    )
    locale = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
    for phrase in raisons(
        ("rires.xml", f"{rires}]><l>&a39;</l>".encode()), ("x.xml", locale.encode())
    ):
        assert "DOCTYPE" in phrase


@pytest.mark.parametrize(
    ("nom", "octets", "raison"),
    [
        ("facture.exe", b"MZ", ".exe"),
        ("facture", b"%PDF-1.7", "sans extension"),
        ("facture.xls", b"", ".xlsx"),
        ("vide.pdf", b"", "vide"),
        ("facture.pdf", un_classeur(["a", "b"]), "un classeur XLSX"),
        ("facture.xml", un_pdf(), "un PDF"),
        ("facture.csv", un_pdf(), "un PDF"),
        ("facture.xlsx", un_cii(), "un XML"),
        ("facture.xlsx", un_ods(["a", "b"]), "un classeur ODS"),
        ("secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "mot de passe"),
        ("coupe.xlsx", un_classeur(["a", "b"])[:900], ""),
        ("nul.csv", b"a;b\n\x00;1", "binaire"),
    ],
)
def test_l_extension_et_le_contenu_doivent_s_accorder(nom, octets, raison):
    phrase = lire_fichier(nom, octets).refus[0].phrase
    assert raison in phrase
    assert phrase.endswith(".")


def test_deux_cents_megaoctets_de_sont_refuses_avant_toute_lecture(monkeypatch):
    monkeypatch.setattr(isolement, "Enfant", None)
    assert "200 Mo" in raisons(("gros.pdf", bytes(200 * 1024 * 1024)))[0]


def en_truquant(monkeypatch, truc: str) -> None:
    """L'enfant part avec ce trucage : ses lignes s'ajoutent à son programme."""
    programme = socle.PROGRAMME.replace(
        "servir(import", f"import factures.imports.lecteur as e\n{truc}\nservir(import"
    )
    monkeypatch.setattr(socle, "PROGRAMME", programme)


def test_un_enfant_trop_lent_est_tue_et_le_suivant_prend_la_suite(monkeypatch):
    monkeypatch.setattr(isolement, "LECTURE", replace(isolement.LECTURE, mur=1.5))
    en_truquant(monkeypatch, "import time; e.lire_fichier = lambda *_: time.sleep(60)")
    assert raisons(("a.xml", un_cii()), ("b.xml", un_cii())) == [isolement.TROP_LONG] * 2


def test_un_enfant_qui_meurt_ne_refuse_que_son_fichier(monkeypatch):
    en_truquant(
        monkeypatch,
        "import os; lire = e.lire_fichier; "
        "e.lire_fichier = lambda nom, o, c: os._exit(9) if nom == 'a.xml' else lire(nom, o, c)",
    )
    phrases = raisons(("a.xml", un_cii()), ("b.xml", un_cii()))
    assert phrases == [isolement.ILLISIBLE, ""]


def test_l_enfant_n_herite_d_aucun_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a-ne-pas-montrer")
    enfant = socle.Enfant(isolement.LECTURE)
    try:
        environnement = Path(f"/proc/{enfant.processus.pid}/environ").read_bytes()
    finally:
        enfant.arreter()
    assert b"a-ne-pas-montrer" not in environnement


def test_une_reponse_qui_voudrait_executer_du_code_est_rejetee():
    charge = b"cos\nsystem\n(S'true'\ntR."
    with pytest.raises(Exception, match="attendu"):
        depouiller(charge, isolement.LECTURE.admis)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["a.csv", "a.xlsx", "a.ods", "a.pdf", "a.xml"]),
    st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<?xml version='1.0'?>", b"<Invoice>"]),
    st.binary(max_size=400),
)
def test_desoctets_de_quelconques_ne_donnent_jamais_qu_un_resultat(nom, amorce, suite):
    resultat = lire_fichier(nom, amorce + suite)
    assert resultat.refus or resultat.feuille


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_un_fichier_abime_en_un_point_ne_leve_jamais(data):
    nom, octets = data.draw(
        st.sampled_from(
            [("a.xml", un_cii()), ("a.pdf", PDF), ("a.xlsx", XLSX), ("b.xml", un_ubl())]
        )
    )
    place = data.draw(st.integers(0, len(octets) - 1))
    remplacement = data.draw(st.binary(max_size=4))
    resultat = lire_fichier(nom, octets[:place] + remplacement + octets[place + 2 :])
    assert resultat.refus or resultat.factures or resultat.feuille


PDF = un_facturx()
XLSX = un_classeur(["Numéro", "Client"], ["F-1", "Durand"])
