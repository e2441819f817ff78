"""Lecteur du YAML que s'autorise docker-compose.yml : blocs, listes, ancres ; rien de plus.

Une construction qu'il ne connaît pas lève, au lieu d'être comprise de travers.
"""

import json
import re
from typing import Any

CLEF = re.compile(r"^(?P<clef><<|[A-Za-z0-9_.\-]+):(?:\s+(?P<reste>.*))?$")


class Illisible(ValueError):
    """Le fichier s'écarte du sous-ensemble lu ici."""


def lire(texte: str) -> dict[str, Any]:
    lignes = [
        (len(ligne) - len(ligne.lstrip(" ")), ligne.strip())
        for ligne in texte.splitlines()
        if ligne.strip() and not ligne.lstrip().startswith("#")
    ]
    if "\t" in texte:
        raise Illisible("tabulation")
    valeur, reste = _bloc(lignes, 0, {})
    if reste:
        raise Illisible(reste[0][1])
    return valeur


def _bloc(lignes: list, retrait: int, ancres: dict) -> tuple[Any, list]:
    if lignes[0][1].startswith("- "):
        return _liste(lignes, retrait, ancres)
    valeurs: dict[str, Any] = {}
    while lignes and lignes[0][0] == retrait:
        trouve = CLEF.match(lignes[0][1])
        if not trouve:
            raise Illisible(lignes[0][1])
        clef, reste = trouve["clef"], trouve["reste"] or ""
        lignes = lignes[1:]
        ancre = re.fullmatch(r"&(\w+)", reste)
        if clef == "<<":
            valeurs = ancres[reste.removeprefix("*")] | valeurs
            continue
        if reste and not ancre:
            valeur = _scalaire(reste)
        elif lignes and lignes[0][0] > retrait:
            valeur, lignes = _bloc(lignes, lignes[0][0], ancres)
        else:
            valeur = None
        if ancre:
            ancres[ancre[1]] = valeur
        if clef in valeurs and clef not in _herites(ancres):
            raise Illisible(f"clef en double : {clef}")
        valeurs[clef] = valeur
    return valeurs, lignes


def _herites(ancres: dict) -> set[str]:
    return {clef for valeur in ancres.values() if isinstance(valeur, dict) for clef in valeur}


def _liste(lignes: list, retrait: int, ancres: dict) -> tuple[list, list]:
    valeurs = []
    while lignes and lignes[0][0] == retrait and lignes[0][1].startswith("- "):
        valeurs.append(_scalaire(lignes[0][1][2:].strip()))
        lignes = lignes[1:]
    return valeurs, lignes


def _scalaire(texte: str) -> Any:
    if texte.startswith('"'):
        return json.loads(texte)
    if texte.startswith("["):
        if not texte.endswith("]"):
            raise Illisible(texte)
        elements = re.findall(r'"(?:[^"\\]|\\.)*"|[^,\[\]\s][^,\[\]]*', texte[1:-1])
        return [_scalaire(element.strip()) for element in elements]
    if texte[0] in "|>&*{!'%@`" or ": " in texte or " #" in texte:
        raise Illisible(texte)
    if texte in {"true", "false"}:
        return texte == "true"
    return int(texte) if re.fullmatch(r"\d+", texte) else texte
