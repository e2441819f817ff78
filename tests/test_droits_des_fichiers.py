"""Ce que l'application écrit ne se lit que d'elle, quel que soit le processus qui l'écrit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE, refermer
from tests.services import environnement

MODE = 0o777
# manage.py, gunicorn et Celery passent tous par les réglages avant d'écrire.
ENTREES = {
    "manage.py": "import manage; from django.conf import settings; settings.DEBUG",
    "wsgi": "import recouvrement.wsgi",
    "celery": "from recouvrement.celery import app; app.conf.task_acks_late",
}


def en_large(programme: str, **valeurs: str) -> subprocess.CompletedProcess[str]:
    """Lancé sous l'umask habituel d'un serveur, qui laisse tout lire."""
    return subprocess.run(
        [sys.executable, "-c", f"import os; os.umask(0o022)\n{programme}"],
        cwd=RACINE,
        env=environnement(DJANGO_SETTINGS_MODULE="recouvrement.settings", **valeurs),
        capture_output=True,
        text=True,
        check=False,
    )


def modes(dossier: Path) -> dict[str, str]:
    return {
        str(f.relative_to(dossier)): oct(f.stat().st_mode & MODE)
        for f in dossier.rglob("*")
        if f.stat().st_mode & 0o077
    }


@pytest.mark.parametrize("entree", ENTREES)
def test_chaque_processus_ecrit_pour_lui_seul(entree, tmp_path):
    var = tmp_path / "var"
    fini = en_large(
        f"{ENTREES[entree]}\nopen({str(var / 'essai')!r}, 'w').close()", DOSSIER_VAR=str(var)
    )
    assert fini.returncode == 0, fini.stderr
    assert (var / "essai").exists()
    assert modes(tmp_path) == {}


def test_ce_qu_une_version_d_avant_laissait_lire_se_referme_au_demarrage(tmp_path):
    var, magasin, env = tmp_path / "var", tmp_path / "fichiers", tmp_path / ".env"
    for dossier in (var, magasin):
        dossier.mkdir(mode=0o755)
    base = var / "base.sqlite3"
    for fichier in (base, Path(f"{base}-wal"), env):
        fichier.write_bytes(b"")
        fichier.chmod(0o644)
    fini = en_large(
        "import manage; from django.conf import settings; settings.DEBUG",
        DOSSIER_VAR=str(var), FICHIERS=str(magasin), FICHIER_ENV=str(env), DATABASE_URL="",
    )  # fmt: skip
    assert fini.returncode == 0, fini.stderr
    assert modes(tmp_path) == {}
    assert fini.stderr == ""


def test_ce_qui_n_est_pas_a_nous_se_signale_sans_arreter(tmp_path, monkeypatch, capsys):
    def refuse(*_args, **_options):
        raise PermissionError(1, os.strerror(1))

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    refermer(tmp_path)
    assert f"« {tmp_path} » se lit depuis les autres comptes" in capsys.readouterr().err


@pytest.mark.parametrize("valeur", ["²", "0", "-1", "beaucoup", "1e3"])
def test_un_quota_qui_n_est_pas_un_nombre_arrete_par_une_phrase(valeur):
    fini = en_large(ENTREES["manage.py"], QUOTA_STOCKAGE_GO=valeur)
    assert "QUOTA_STOCKAGE_GO vaut" in fini.stderr
