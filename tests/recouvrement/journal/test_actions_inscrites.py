"""Chaque action publique écrit au journal : lu dans le code, pour qu'aucune ne s'oublie."""

import ast
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[3]
ACTIONS = sorted(
    chemin
    for motif in ("*/actions/*.py", "recouvrement/*/actions.py", "recouvrement/*/actions/*.py")
    for chemin in RACINE.glob(motif)
    if ".venv" not in chemin.parts and chemin.name != "__init__.py"
)
INSCRIT = {"inscrire", "inscrire_lot"}
# Celles qui n'ont pas d'entrée à elles, et pourquoi.
SANS_ENTREE = {
    "deposer": "l'action qui dépose le message (relance, invitation) a la sienne",
    "laisser_essayer": "un essai compté avant d'être jugé ; la connexion ou l'échec a sa ligne",
    "compter_le_delai": "une date tirée de la première connexion, pas un geste",
}


def _appels(fonction: ast.FunctionDef) -> set[str]:
    appels = set()
    for noeud in ast.walk(fonction):
        if isinstance(noeud, ast.Call):
            cible = noeud.func
            nom = cible.id if isinstance(cible, ast.Name) else getattr(cible, "attr", "")
            appels.add(nom)
    return appels


def _est_une_action(fonction: ast.FunctionDef) -> bool:
    decorateurs = {ast.unparse(d) for d in fonction.decorator_list}
    return not fonction.name.startswith("_") and "transaction.atomic" in decorateurs


def fonctions() -> dict[str, tuple[Path, ast.FunctionDef]]:
    return {
        noeud.name: (chemin, noeud)
        for chemin in ACTIONS
        for noeud in ast.parse(chemin.read_text()).body
        if isinstance(noeud, ast.FunctionDef)
    }


TOUTES = fonctions()


def inscrit(nom: str, vues: frozenset[str] = frozenset()) -> bool:
    if nom in INSCRIT:
        return True
    if nom not in TOUTES or nom in vues:
        return False
    return any(inscrit(appel, vues | {nom}) for appel in _appels(TOUTES[nom][1]))


@pytest.mark.parametrize(
    "nom", sorted(n for n, (_, f) in TOUTES.items() if _est_une_action(f) and n not in INSCRIT)
)
def test_l_action_ecrit_au_journal(nom):
    chemin, fonction = TOUTES[nom]
    if nom in SANS_ENTREE:
        return
    assert inscrit(nom), f"{chemin.relative_to(RACINE)}:{fonction.lineno}"
