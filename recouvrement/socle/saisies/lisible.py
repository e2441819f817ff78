"""Lire sans surprise ce qu'un outil ou un inconnu envoie : un numéro, un nom sur une ligne."""

import unicodedata
from collections.abc import Iterable

# Au-delà, aucune base ne garde l'entier.
CHIFFRES_MAX = 18
# Commandes, sens d'écriture et marques de largeur nulle, demi-caractères, usage privé.
ILLISIBLES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def entier(texte: str | None) -> int | None:
    """Un numéro écrit en chiffres ordinaires ; None pour « ² », « x » ou trente chiffres.

    >>> entier("12"), entier("²"), entier("9" * 30), entier("-1"), entier(None)
    (12, None, None, None, None)
    """
    if not texte or len(texte) > CHIFFRES_MAX or not (texte.isascii() and texte.isdigit()):
        return None
    return int(texte)


def entiers(textes: Iterable[str]) -> list[int]:
    """Ceux qui en sont : une case trafiquée ne coche rien."""
    return [lu for texte in textes if (lu := entier(texte)) is not None]


def phrase_illisible(texte: str) -> str:
    """La phrase du refus, vide si tout se lit.

    >>> phrase_illisible("Société É. & fils n° 3")
    ''
    >>> phrase_illisible("facture" + chr(0x202E) + "fdp.exe")
    'Retirez le caractère invisible U+202E : il trompe la relecture.'
    """
    for signe in texte:
        if unicodedata.category(signe) in ILLISIBLES:
            return (
                f"Retirez le caractère invisible U+{ord(signe):04X} : il trompe la relecture."
                if signe not in "\r\n\t"
                else "Sur une seule ligne."
            )
    return ""
