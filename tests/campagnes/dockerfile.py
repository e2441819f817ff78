"""Lecteur du Dockerfile : les instructions dont nous usons, et aucune autre.

Une instruction inconnue lève, au lieu d'être passée.
"""

import json
import re
import shlex
from dataclasses import dataclass, field

CONNUES = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "CMD"}


class Inconnue(ValueError):
    """Le Dockerfile s'écarte du sous-ensemble lu ici."""


@dataclass
class Etape:
    """Un FROM, et ce qui le suit."""

    image: str
    nom: str
    instructions: list[tuple[str, str]] = field(default_factory=list)


def lire(texte: str) -> list[Etape]:
    # Un commentaire au milieu d'une instruction continuée n'en fait pas partie.
    lignes = [ligne for ligne in texte.splitlines() if not ligne.lstrip().startswith("#")]
    etapes: list[Etape] = []
    for ligne in "\n".join(lignes).replace("\\\n", " ").splitlines():
        if not ligne.strip():
            continue
        mot, _, reste = ligne.strip().partition(" ")
        if mot not in CONNUES or "<<" in reste:
            raise Inconnue(ligne)
        if mot == "FROM":
            trouve = re.fullmatch(r"(\S+)(?: AS (\w+))?", reste.strip())
            if not trouve:
                raise Inconnue(ligne)
            etapes.append(Etape(trouve[1], trouve[2] or ""))
        else:
            etapes[-1].instructions.append((mot, reste.strip()))
    return etapes


def variables(reste: str, connues: dict[str, str]) -> dict[str, str]:
    """ENV A=1 B=$A/x : ce que chacune devient."""
    lues = {}
    for paire in shlex.split(reste):
        nom, egal, valeur = paire.partition("=")
        if not egal:
            raise Inconnue(reste)
        lues[nom] = re.sub(r"\$\{?(\w+)\}?", lambda v: connues.get(v[1], ""), valeur)
    return lues


def commande(reste: str) -> list[str]:
    if not reste.startswith("["):
        raise Inconnue(f"CMD {reste}")
    return json.loads(reste)
