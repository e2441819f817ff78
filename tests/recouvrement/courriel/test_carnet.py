"""Le carnet des départs : ce qui est parti, hors de la base, avant d'être parti."""

import os
import stat
from datetime import UTC, datetime
from multiprocessing import get_context

import pytest

from recouvrement.courriel.carnet import Carnet, CarnetFerme

MIDI = datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.fixture
def carnet(tmp_path):
    with Carnet(tmp_path / "envois.journal") as carnet:
        carnet.creer("ici", maintenant=MIDI)
        yield carnet


def lus(carnet):
    return [(f.est_depart, f.message_id) for f in carnet.faits(depuis=carnet.entete().octets)]


def test_il_se_cree_une_fois_pour_lui_seul_et_garde_son_numero(carnet):
    assert stat.S_IMODE(carnet.chemin.stat().st_mode) == 0o600
    entete = carnet.entete()
    assert (entete.instance, entete.ouvert_le) == ("ici", MIDI)
    assert carnet.creer("ailleurs", maintenant=MIDI) == entete


def test_un_depart_et_un_refus_s_y_lisent_dans_l_ordre(carnet):
    carnet.partir("<a@x>", le=MIDI)
    carnet.revenir("<a@x>", le=MIDI)
    carnet.partir("<b@x>", le=MIDI)
    assert lus(carnet) == [(True, "<a@x>"), (False, "<a@x>"), (True, "<b@x>")]


def test_le_depart_est_sur_le_disque_quand_l_appel_rend_la_main(carnet, monkeypatch):
    faits = []
    monkeypatch.setattr(
        "recouvrement.courriel.carnet.SYNCHRONISER", lambda fd: faits.append(os.fstat(fd).st_size)
    )
    carnet.partir("<a@x>", le=MIDI)
    assert faits == [carnet.chemin.stat().st_size]


def _remplir(chemin, nom):
    with Carnet(chemin) as carnet:
        for rang in range(50):
            carnet.partir(f"<{nom}-{rang}@x>", le=MIDI)


def test_plusieurs_processus_y_ecrivent_sans_se_couper(carnet):
    contexte = get_context("fork")
    ouvriers = [
        contexte.Process(target=_remplir, args=(carnet.chemin, nom)) for nom in ("a", "b", "c")
    ]
    for ouvrier in ouvriers:
        ouvrier.start()
    for ouvrier in ouvriers:
        ouvrier.join()
    attendus = {f"<{nom}-{rang}@x>" for nom in "abc" for rang in range(50)}
    assert {identifiant for _, identifiant in lus(carnet)} == attendus
    assert len(lus(carnet)) == 150


def test_une_ligne_coupee_ne_gate_pas_la_suivante(carnet):
    with carnet.chemin.open("ab") as fichier:
        fichier.write(b"D <coupe")
    carnet.partir("<a@x>", le=MIDI)
    assert lus(carnet) == [(True, "<a@x>")]


def test_un_disque_plein_le_dit_et_n_y_laisse_pas_une_demi_ligne(carnet, monkeypatch):
    vraie = os.write
    monkeypatch.setattr(os, "write", lambda fd, octets: vraie(fd, octets[:5]))
    with pytest.raises(CarnetFerme, match="disque plein"):
        carnet.partir("<a@x>", le=MIDI)
    monkeypatch.undo()
    assert carnet.taille() == carnet.entete().octets


def test_disparu_ou_remplace_il_se_ferme(carnet):
    carnet.partir("<a@x>", le=MIDI)
    carnet.chemin.rename(carnet.chemin.with_name("autre"))
    with pytest.raises(CarnetFerme):
        carnet.partir("<b@x>", le=MIDI)
    Carnet(carnet.chemin).creer("ici", maintenant=MIDI)
    with pytest.raises(CarnetFerme, match="remplacé"):
        carnet.partir("<b@x>", le=MIDI)


def test_un_autre_fichier_n_est_pas_pris_pour_un_carnet(tmp_path):
    (tmp_path / "x").write_text("bonjour\n")
    with pytest.raises(CarnetFerme, match="n'est pas un journal des départs"):
        Carnet(tmp_path / "x").entete()


@pytest.mark.parametrize("octets", [b"", b"recouvrement-envois-1 abc"])
def test_coupe_a_sa_creation_il_se_refait(tmp_path, octets):
    (tmp_path / "x").write_bytes(octets)
    with Carnet(tmp_path / "x") as carnet:
        assert carnet.entete() is None
        assert carnet.creer("ici", maintenant=MIDI) == carnet.entete()
        carnet.partir("<a@x>", le=MIDI)
        assert lus(carnet) == [(True, "<a@x>")]


def test_une_synchronisation_manquee_dit_que_rien_n_est_parti(carnet, monkeypatch):
    def en_panne(fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("recouvrement.courriel.carnet.SYNCHRONISER", en_panne)
    with pytest.raises(CarnetFerme, match="Input/output error"):
        carnet.partir("<a@x>", le=MIDI)
    assert lus(carnet) == [(True, "<a@x>"), (False, "<a@x>")]


def test_un_fichier_sans_fin_de_ligne_qui_n_est_pas_a_nous_reste_entier(tmp_path):
    (tmp_path / "x").write_bytes(b"bonjour")
    with pytest.raises(CarnetFerme, match="n'est pas un journal des départs"):
        Carnet(tmp_path / "x").entete()
    with pytest.raises(CarnetFerme):
        Carnet(tmp_path / "x").creer("ici", maintenant=MIDI)
    assert (tmp_path / "x").read_bytes() == b"bonjour"
