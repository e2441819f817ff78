"""Chaque variable que lit le code : dite au README, à l'exemple, au compose, et tue des tests."""

import os
import re
import runpy
import subprocess

from recouvrement.environnement import RACINE
from tests.appuis.annonces import reglages
from tests.services import DU_POSTE, environnement
from tests.yaml_compose import lire

README = (RACINE / "README.md").read_text(encoding="utf-8")
TABLEAU = set(re.findall(r"^\| `([A-Z_]+)` \|", README.split("## Configuration")[1], re.MULTILINE))
# Ce qui ne s'écrit pas dans .env : où le trouver, et ce que seules les commandes demandent.
HORS_DE_L_EXEMPLE = {
    "FICHIER_ENV": "dit lequel lire",
    "PROCESSUS": "chaque point d'entrée le pose",
    "ADMINISTRATEUR": "pour la première ouverture au réseau",
    "MOT_DE_PASSE": "pour la première ouverture au réseau",
}
HORS_DU_COMPOSE = {
    "FICHIERS": "l'image le pose, dans son volume",
    "STATIQUES": "l'image le pose",
    "STOCKAGE_STATIQUES": "l'image le pose",
    "FICHIER_ENV": "l'image le pose : aucun .env dans un conteneur",
    "DOSSIER_VAR": "rien d'embarqué : base et file sont des services",
    "PROCESSUS": "chaque point d'entrée le pose",
    "DEBUG": "jamais en production",
}


def test_l_exemple_et_le_readme_disent_toutes_les_variables():
    """Une variable lue et tue ne sert qu'à qui lit le code."""
    lues = reglages()
    exemple = (RACINE / ".env.exemple").read_text(encoding="utf-8")
    dites = set(re.findall(r"^#?([A-Z_]+)=", exemple, re.MULTILINE))

    # Une par façon de la lire.
    assert {"SECRET_KEY", "QUOTA_EXPORTS_HEURE", "DEBUG", "JOURNAL_ENVOIS", "PROCESSUS"} <= lues
    assert {nom for nom in lues if f"`{nom}`" not in README} == set()
    assert lues - dites == set(HORS_DE_L_EXEMPLE)
    assert dites <= lues
    assert lues >= TABLEAU


def test_le_compose_donne_tous_les_reglages_du_readme():
    compose = lire((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))
    donnes = {nom.removesuffix("_FILE") for nom in compose["services"]["web"]["environment"]}

    assert TABLEAU - donnes == set(HORS_DU_COMPOSE)


def test_une_variable_du_poste_n_atteint_ni_la_suite_ni_ses_processus(monkeypatch):
    for nom in reglages():
        monkeypatch.setenv(nom, "du-poste")
        monkeypatch.setenv(f"{nom}_FILE", "du-poste")

    propre = environnement()
    assert {nom for nom, valeur in propre.items() if valeur == "du-poste"} == {
        *("NIVEAU_TRACES", "NIVEAU_TRACES_FILE")
    }
    assert reglages() - {"NIVEAU_TRACES"} == DU_POSTE
    # Les lignes mêmes de ./tester, sous un poste où tout est réglé.
    lignes = (RACINE / "tester").read_text(encoding="utf-8").splitlines()
    debut = next(n for n, ligne in enumerate(lignes) if ligne.startswith("# --- l'environnement"))
    bloc = [ligne for ligne in lignes[debut : debut + 5] if "SECRET_KEY=" not in ligne]
    fait = subprocess.run(
        ["sh", "-c", "\n".join(["set -eu", *bloc, "env"])],
        cwd=RACINE,
        env=os.environ | {"V": ".venv/bin/python"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.findall(r"^(\w+)=du-poste$", fait.stdout, re.MULTILINE) == []


def test_laissee_vide_elle_vaut_son_defaut(monkeypatch, tmp_path):
    """Le compose transmet vide ce qu'on n'a pas réglé."""
    monkeypatch.setattr(os, "environ", environnement(DOSSIER_VAR=tmp_path))

    def lus() -> dict[str, object]:
        valeurs = runpy.run_path(str(RACINE / "recouvrement/settings.py"))
        return {nom: valeur for nom, valeur in valeurs.items() if nom.isupper()}

    defauts = lus()
    # Celles-ci sortiraient du dossier d'essai.
    for nom in TABLEAU - {"SECRET_KEY", "DOSSIER_VAR", "FICHIER_ENV"}:
        os.environ[nom] = ""
        assert lus() == defauts, nom
