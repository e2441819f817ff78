"""Le magasin plein, protégé, ou qui a perdu un fichier : une phrase, et rien à moitié."""

import os
import resource
import signal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from factures.actions import deposer_piece
from factures.models import Piece
from recouvrement.comptes.enums import Role
from recouvrement.documents import fichiers
from recouvrement.documents.models import Depot
from recouvrement.journal.models import Entree
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def debiteur():
    return un_client()


@pytest.fixture
def page(client, debiteur):
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.GESTIONNAIRE))
    return client


@pytest.fixture
def disque_plein():
    """Le noyau lui-même refuse d'écrire plus de deux octets : EFBIG, comme ENOSPC d'un disque."""
    avant = resource.getrlimit(resource.RLIMIT_FSIZE)
    ancien = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2, avant[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, avant)
    signal.signal(signal.SIGXFSZ, ancien)


def chemin(empreinte: str, settings) -> Path:
    return Path(settings.FICHIERS) / "pieces" / empreinte[:2] / empreinte


def restes(settings) -> list[str]:
    return [f.name for f in Path(settings.FICHIERS).rglob("*") if f.is_file()]


def une_piece(debiteur):
    return deposer_piece(
        debiteur, nature="autre", intitule="", nom_fichier="a.txt", octets=b"bonjour", acteur=None
    )


def test_un_depot_sur_un_disque_plein_ne_laisse_rien(disque_plein, settings):
    disque_plein()
    with pytest.raises(fichiers.MagasinFerme, match="Réessayez dans quelques minutes"):
        fichiers.deposer(b"plus de deux octets")
    assert restes(settings) == []


def test_une_piece_deposee_sur_un_magasin_ferme_donne_503_et_aucune_ligne(page, debiteur, settings):
    # Un fichier à la place du dossier : même root ne peut y écrire, comme un disque protégé.
    Path(settings.FICHIERS).write_bytes(b"")
    avant = Entree.objects.pour(debiteur.creancier).count()
    reponse = page.post(
        reverse("factures:deposer_piece", args=[debiteur.creancier.code, debiteur.pk]),
        {"fichier": SimpleUploadedFile("a.txt", b"bonjour"), "nature": "autre"},
    )
    assert reponse.status_code == 503
    assert reponse["Retry-After"]
    assert "n&#x27;accepte rien en ce moment" in reponse.content.decode()
    assert not Piece.objects.pour(debiteur.creancier).exists()
    assert not Depot.objects.pour(debiteur.creancier).exists()
    assert Entree.objects.pour(debiteur.creancier).count() == avant


def test_un_import_sur_un_magasin_ferme_donne_503(page, debiteur, settings):
    Path(settings.FICHIERS).write_bytes(b"")
    reponse = page.post(
        reverse("factures:importer", args=[debiteur.creancier.code]),
        {"fichiers": [SimpleUploadedFile("a.csv", b"Numero;Client\nF1;D\n")], "rang_entree": "0"},
    )
    assert reponse.status_code == 503


@pytest.mark.parametrize(
    ("abimer", "phrase"),
    [
        (lambda f: f.unlink(), "plus dans le magasin"),
        (lambda f: f.write_bytes(b"autre"), "a changé depuis son dépôt"),
    ],
)
def test_un_fichier_perdu_ou_altere_se_dit_en_page(page, debiteur, settings, abimer, phrase):
    piece = une_piece(debiteur)
    abimer(chemin(piece.empreinte, settings))
    reponse = page.get(reverse("factures:piece", args=[debiteur.creancier.code, piece.pk]))
    assert reponse.status_code == 410
    assert phrase in reponse.content.decode()


def test_la_page_d_un_disque_plein_dit_d_attendre(page, debiteur, monkeypatch):
    """Le dossier temporaire des envois, ou SQLite : un OSError nu, de n'importe où."""

    def plein(*args, **kwargs):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("clients.views.liste.liste_des_clients", plein)
    reponse = page.get(reverse("clients:exporter", args=[debiteur.creancier.code]))
    assert reponse.status_code == 503
    assert "plus de place" in reponse.content.decode()


def test_un_fichier_du_magasin_n_est_lisible_que_de_nous(debiteur, settings):
    os.umask(0o077)
    piece = une_piece(debiteur)
    fichier = chemin(piece.empreinte, settings)
    assert fichier.stat().st_mode & 0o077 == 0
    assert fichier.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("nul", ["?q=a%00b", "?apres=%00", "?client=%00"])
def test_un_nul_dans_une_adresse_est_une_demande_illisible(page, debiteur, nul):
    reponse = page.get(reverse("factures:liste", args=[debiteur.creancier.code]) + nul)
    assert reponse.status_code == 400
    assert "ne s&#x27;écrit pas" in reponse.content.decode()
