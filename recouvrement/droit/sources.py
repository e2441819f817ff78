"""D'où vient une valeur, et à quel point on en est sûr.

>>> Confiance("incertain").a_confirmer
True
>>> Confiance.VU.a_confirmer
False
"""

import csv
from enum import StrEnum
from pathlib import Path

DONNEES = Path(__file__).parent / "donnees"


class Confiance(StrEnum):
    """`vu` : texte lu ; `vu-tiers` : relevé concordant qui cite le texte ; le reste se confirme."""

    VU = "vu"
    VU_TIERS = "vu-tiers"
    DE_MEMOIRE = "de mémoire"
    INCERTAIN = "incertain"

    @property
    def a_confirmer(self) -> bool:
        """Vrai quand l'écran doit écrire « à confirmer » à côté de la valeur."""
        return self in (Confiance.DE_MEMOIRE, Confiance.INCERTAIN)


def lire(nom: str) -> list[dict[str, str]]:
    """Les lignes d'un fichier de `donnees/` (point-virgule, UTF-8, une ligne d'en-tête)."""
    with (DONNEES / nom).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))
