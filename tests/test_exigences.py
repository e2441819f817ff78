"""exigences.txt (repli par pip) dit la même chose que uv.lock, empreintes comprises."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest
from packaging.version import Version

from recouvrement.environnement import RACINE
from tests.test_architecture import SOURCES

VERROU = tomllib.loads((RACINE / "uv.lock").read_text(encoding="utf-8"))
PAQUETS = {paquet["name"]: paquet for paquet in VERROU["package"]}


def exigences() -> dict[str, tuple[str, set[str]]]:
    texte = (RACINE / "exigences.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    return {
        trouve[1]: (trouve[2], set(re.findall(r"--hash=(\S+)", ligne)))
        for ligne in texte.splitlines()
        if (trouve := re.match(r"([a-z0-9.\-]+)(?:\[[^]]*\])?==(\S+)", ligne))
    }


def necessaires() -> set[str]:
    """Tout ce que la production tire, de proche en proche (marqueurs de plate-forme ignorés)."""
    atteints: set[tuple[str, str]] = set()
    a_voir = list(_besoins("recouvrement", ""))
    while a_voir:
        besoin = a_voir.pop()
        if besoin not in atteints:
            atteints.add(besoin)
            a_voir += _besoins(*besoin)
    return {nom for nom, _ in atteints}


def _besoins(nom: str, extra: str) -> Iterator[tuple[str, str]]:
    paquet = PAQUETS[nom]
    source = (
        paquet.get("optional-dependencies", {}).get(extra, [])
        if extra
        else (paquet.get("dependencies", []))
    )
    for besoin in source:
        yield besoin["name"], ""
        for demande in besoin.get("extra", []):
            yield besoin["name"], demande


def test_le_repli_installe_exactement_ce_que_la_production_demande():
    assert set(exigences()) == necessaires()


def test_versions_et_empreintes_sont_celles_du_verrou():
    for nom, (version, empreintes) in exigences().items():
        paquet = PAQUETS[nom]
        connues = {fichier["hash"] for fichier in paquet.get("wheels", [])}
        if "sdist" in paquet:
            connues.add(paquet["sdist"]["hash"])
        assert version == paquet["version"], nom
        assert empreintes, nom
        assert empreintes <= connues, nom


PLANCHERS = tomllib.loads((RACINE / ".ci/planchers.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("nom", PLANCHERS)
def test_rien_n_est_sous_le_plancher_de_ses_failles_publiees(nom):
    """Ni la version verrouillée, ni la plus basse que pyproject.toml admettrait."""
    plancher = Version(PLANCHERS[nom]["minimum"])
    assert all(re.fullmatch(r"CVE-\d{4}-\d+", avis) for avis in PLANCHERS[nom]["avis"])
    assert Version(PAQUETS[nom]["version"]) >= plancher
    for besoin in PAQUETS["recouvrement"]["metadata"]["requires-dist"]:
        if besoin["name"] == nom:
            bas = re.search(r">=([\d.]+)", besoin["specifier"])[1]
            assert Version(bas) >= plancher, f"pyproject.toml admet {nom} {bas}"


def test_ce_que_le_code_importe_est_declare_et_non_apporte_par_un_autre():
    """Ce qui ne tient que par la dépendance d'une autre tombe quand celle-ci change."""
    declares = {besoin["name"] for besoin in PAQUETS["recouvrement"]["dependencies"]}
    origines = packages_distributions()
    orphelins = {
        module
        for module in _importes() - sys.stdlib_module_names - set(SOURCES)
        if declares.isdisjoint(nom.lower() for nom in origines.get(module, ()))
    }

    assert orphelins == set()


def _importes() -> set[str]:
    noms: set[str] = set()
    for source in SOURCES:
        for fichier in (RACINE / source).rglob("*.py"):
            for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
                if isinstance(noeud, ast.Import):
                    noms |= {alias.name.partition(".")[0] for alias in noeud.names}
                elif isinstance(noeud, ast.ImportFrom):
                    noms.add((noeud.module or "").partition(".")[0])
    return noms
