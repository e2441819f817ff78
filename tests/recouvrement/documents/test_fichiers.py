import hashlib
import os
import threading

import pytest

from recouvrement.documents import fichiers

OCTETS = b"devis sign\xc3\xa9"


def le_chemin(settings, empreinte):
    return settings.FICHIERS / "pieces" / empreinte[:2] / empreinte


def test_un_fichier_se_range_sous_son_empreinte_et_se_relit(settings):
    empreinte = fichiers.deposer(OCTETS)

    assert empreinte == hashlib.sha256(OCTETS).hexdigest()
    assert le_chemin(settings, empreinte).read_bytes() == OCTETS
    assert fichiers.lire(empreinte) == OCTETS


def test_depose_deux_fois_il_n_est_ecrit_qu_une(settings):
    empreinte = fichiers.deposer(OCTETS)
    avant = le_chemin(settings, empreinte).stat().st_mtime_ns

    assert fichiers.deposer(OCTETS) == empreinte
    assert le_chemin(settings, empreinte).stat().st_mtime_ns == avant
    assert [f.name for f in le_chemin(settings, empreinte).parent.iterdir()] == [empreinte]


def test_une_coupure_pendant_l_ecriture_ne_laisse_ni_fichier_ni_brouillon(settings, monkeypatch):
    def coupure(descripteur):
        raise OSError("plus de courant")

    monkeypatch.setattr(os, "fsync", coupure)
    with pytest.raises(fichiers.MagasinFerme):
        fichiers.deposer(OCTETS)
    monkeypatch.undo()

    empreinte = hashlib.sha256(OCTETS).hexdigest()
    assert list(le_chemin(settings, empreinte).parent.iterdir()) == []
    with pytest.raises(fichiers.FichierPerdu):
        fichiers.lire(empreinte)


def test_un_fichier_altere_se_refuse_a_la_lecture_et_se_refait_au_depot(settings):
    empreinte = fichiers.deposer(OCTETS)
    le_chemin(settings, empreinte).write_bytes(b"autre chose")

    with pytest.raises(fichiers.FichierAltere):
        fichiers.lire(empreinte)
    fichiers.deposer(OCTETS)
    assert fichiers.lire(empreinte) == OCTETS


@pytest.mark.parametrize("nom", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_seule_une_empreinte_designe_un_fichier(nom):
    with pytest.raises(ValueError, match="empreinte"):
        fichiers.lire(nom)


def test_vingt_depots_simultanes_du_meme_fichier_n_en_font_qu_un(settings):
    fils = [threading.Thread(target=fichiers.deposer, args=(OCTETS,)) for _ in range(20)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    empreinte = hashlib.sha256(OCTETS).hexdigest()
    assert fichiers.lire(empreinte) == OCTETS
    assert [f.name for f in le_chemin(settings, empreinte).parent.iterdir()] == [empreinte]


def test_des_depots_en_nombre_sont_tous_graves_en_sortant():
    lots = [f"pièce {n}".encode() for n in range(30)]
    with fichiers.Depots() as depots:
        empreintes = [depots.deposer(octets) for octets in lots]

    assert [fichiers.lire(empreinte) for empreinte in empreintes] == lots


def test_un_depot_qui_echoue_se_dit_en_sortant(settings, tmp_path):
    settings.FICHIERS = tmp_path / "magasin"
    (tmp_path / "magasin").write_bytes(b"un fichier au lieu d'un dossier")

    with pytest.raises(fichiers.MagasinFerme), fichiers.Depots() as depots:
        depots.deposer(OCTETS)
