"""Chaque version annoncée est essayée : démarrer, la démonstration, prévoir, envoyer une relance.

La suite tourne sur un seul Python et un seul PostgreSQL ; ./tester installe ici les autres, depuis
uv.lock et sans outil de test.
"""

import os
import signal
import subprocess
import tomllib
import urllib.request
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE
from tests.appuis.annonces import pythons
from tests.appuis.bases import une_base
from tests.appuis.smtp import un_serveur_smtp
from tests.services import attendre, de_production, environnement, port_libre, processus

pytestmark = [pytest.mark.services, pytest.mark.postgres]

ANNONCES = os.environ.get("PYTHONS_ANNONCES", "").split()
FUMEE = str(RACINE / "tests/appuis/fumee.py")


def fumee(python: str, *options: str, env: dict[str, str], dossier: Path) -> None:
    """La base migrée, et une relance reçue par un vrai serveur SMTP."""
    with un_serveur_smtp(dossier) as puits:
        fini = subprocess.run(
            [python, FUMEE, *options],
            env=env | {"SMTP_URL": f"smtp://127.0.0.1:{puits.reglage.port}"},
            cwd=RACINE,
            capture_output=True,
            text=True,
            timeout=180,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert fini.returncode == 0, fini.stdout + fini.stderr
        assert ["fumee@duval.example"] in [ligne["a"] for ligne in puits.lignes()]


@pytest.mark.parametrize("python", ANNONCES or [""])
def test_un_autre_python_annonce_demarre_fait_la_demonstration_et_envoie(python, tmp_path):
    if not python and "PYTHONS_ANNONCES" not in os.environ:
        pytest.fail("Ce test veut PYTHONS_ANNONCES : lancez ./tester.", pytrace=False)
    if not python:
        pytest.skip("aucun autre Python annoncé ne se trouve ici : ./tester le dit")
    env = environnement(DOSSIER_VAR=tmp_path / "var", PYTHONWARNINGS="error::SyntaxWarning")
    fumee(python, "--demonstration", env=env, dossier=tmp_path)

    port, trace = port_libre(), tmp_path / "trace"
    commande = (python, "manage.py", "demarrer", "--preparer", "--port", str(port))
    with processus(*commande, env=env, trace=trace) as lance:
        attendre(
            lambda: "est prêt" in trace.read_text() or lance.poll() is not None,
            delai=90,
            quoi="l'annonce",
        )
        with urllib.request.urlopen(f"http://localhost:{port}/compte/login/", timeout=20) as page:
            assert page.status == 200
        lance.send_signal(signal.SIGINT)
        assert lance.wait(30) == 0, trace.read_text()
    assert "Traceback" not in trace.read_text()


def test_le_plus_recent_postgresql_porte_la_base_et_envoie(tmp_path):
    adresse = os.environ.get("POSTGRES_RECENT") or os.environ["DATABASE_URL"]
    with une_base(adresse) as base:
        env = environnement(DATABASE_URL=base, DOSSIER_VAR=tmp_path / "var")
        fumee(de_production(), env=env, dossier=tmp_path)


def test_les_versions_de_python_sont_partout_les_memes():
    """requires-python, le classement des outils, le README et le script disent la même plage."""
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))
    ancienne, recente = pythons()[0], pythons()[-1]
    readme = (RACINE / "README.md").read_text(encoding="utf-8")
    outils = (RACINE / ".ci/outils.sh").read_text(encoding="utf-8")

    assert projet["tool"]["ruff"]["target-version"] == "py" + ancienne.replace(".", "")
    assert f"Python {ancienne} to {recente}" in readme
    bornes = [tuple(map(int, borne.split("."))) for borne in (ancienne, recente)]
    assert f"{bornes[0]} <= sys.version_info[:2] < (3, {bornes[1][1] + 1})" in outils
    assert f"Python {', '.join(pythons()[:-1])} ou {recente}" in outils
