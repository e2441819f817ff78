"""CONTRIBUTING.md, .editorconfig et les crochets de pre-commit disent ce qui est."""

import re
import subprocess
from configparser import ConfigParser

import pytest

from recouvrement.environnement import RACINE
from tests.services import environnement, python

PAGE = (RACINE / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTER = (RACINE / "tester").read_text(encoding="utf-8")
CROCHETS = (RACINE / ".pre-commit-config.yaml").read_text(encoding="utf-8")
COMMANDES = [
    ligne.partition("#")[0].split()
    for bloc in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for ligne in bloc.splitlines()
]


def test_la_page_tient_en_une_page() -> None:
    assert len(PAGE.splitlines()) <= 70
    assert [ligne for ligne in PAGE.splitlines() if len(ligne) > 132] == []


def test_ce_que_la_page_nomme_existe() -> None:
    nommes = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:py|md|lock|exemple))`", PAGE)

    assert len(nommes) > 20
    assert [nom for nom in nommes if not (RACINE / nom).exists()] == []


@pytest.mark.parametrize("commande", COMMANDES, ids=" ".join)
def test_chaque_commande_de_la_page_se_lance(commande: list[str]) -> None:
    """Le programme est là, ses options et ses chemins aussi."""
    programme, *arguments = commande
    assert (RACINE / programme).exists()
    assert [a for a in arguments if "/" in a and not (RACINE / a).exists()] == []
    if programme == "./tester":
        assert {a for a in arguments if a.startswith("--")} - {"--"} <= set(
            re.findall(r"^ +(--\w+)\)", TESTER, re.MULTILINE)
        )
    elif programme != ".venv/bin/python":
        dit = subprocess.run(
            [RACINE / programme, "--help"], capture_output=True, text=True, timeout=60, check=True
        ).stdout
        attendus = [a for a in arguments if re.match(r"--?\w|^(run|install|check|format)$", a)]
        aide = dit + _aide(programme, arguments)
        assert [a for a in attendus if a not in aide] == []


def _aide(programme: str, arguments: list[str]) -> str:
    if not arguments or not arguments[0].isalpha() or programme.endswith(("djangofmt", "mypy")):
        return ""
    return subprocess.run(
        [RACINE / programme, arguments[0], "--help"], capture_output=True, text=True, check=True
    ).stdout


def test_les_crochets_sont_valides_et_ce_sont_les_outils_de_tester() -> None:
    fini = python("-m", "pre_commit", "validate-config", env=environnement())
    assert fini.returncode == 0, fini.stdout + fini.stderr

    assert "repo: local" in CROCHETS
    assert "repo: http" not in CROCHETS
    # Des fichiers nommés un à un échapperaient à ce que les outils excluent.
    assert CROCHETS.count("pass_filenames: false") == CROCHETS.count("- id: ")
    for outil, *suite in (e.split() for e in re.findall(r"entry: (.*)", CROCHETS)):
        assert (RACINE / outil).exists()
        nom = suite[0] if outil.endswith("python") else outil.rpartition("/")[2]
        assert nom in TESTER


def test_l_editeur_coupe_les_lignes_la_ou_ruff_et_djangofmt_les_coupent() -> None:
    lu = ConfigParser()
    lu.read_string("[racine]\n" + (RACINE / ".editorconfig").read_text(encoding="utf-8"))
    projet = (RACINE / "pyproject.toml").read_text(encoding="utf-8")

    assert f"line-length = {lu['*.py']['max_line_length']}\n" in projet.split("[tool.ruff.lint]")[0]
    gabarits = projet.split("[tool.djangofmt]")[1]
    assert f"line-length = {lu['*.{html,css}']['max_line_length']}\n" in gabarits
