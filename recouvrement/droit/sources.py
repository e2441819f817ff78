"""D'où vient une valeur, et à quel point on en est sûr.

>>> Confiance("incertain").a_confirmer
True
>>> Confiance.VU.a_confirmer
False
>>> Confiance.VU.reserve, Confiance.LECTURE.reserve, Confiance.DE_MEMOIRE.reserve
('', 'lecture du texte, à confirmer', 'à confirmer')
>>> la_moins_sure(Confiance.VU, Confiance.LECTURE, Confiance.VU_TIERS)
<Confiance.LECTURE: 'lecture'>
"""

import csv
from enum import StrEnum
from pathlib import Path

DONNEES = Path(__file__).parent / "donnees"


class Confiance(StrEnum):
    """`vu` : texte lu ; `vu-tiers` : relevé concordant qui cite le texte ; le reste se confirme.

    `lecture` : le texte est lu, mais son application à ce cas est une interprétation. De la plus
    sûre à la moins sûre.
    """

    VU = "vu"
    VU_TIERS = "vu-tiers"
    LECTURE = "lecture"
    DE_MEMOIRE = "de mémoire"
    INCERTAIN = "incertain"

    @property
    def a_confirmer(self) -> bool:
        """Vrai quand l'écran doit écrire « à confirmer » à côté de la valeur."""
        return self in (Confiance.LECTURE, Confiance.DE_MEMOIRE, Confiance.INCERTAIN)

    @property
    def reserve(self) -> str:
        """Ce qui s'écrit à côté de la valeur ; rien quand elle est sûre."""
        if self is Confiance.LECTURE:
            return "lecture du texte, à confirmer"
        return "à confirmer" if self.a_confirmer else ""


def la_moins_sure(*confiances: Confiance) -> Confiance:
    """Une règle n'est pas plus sûre que le moins sûr de ses éléments."""
    return max(confiances, key=list(Confiance).index)


def lire(nom: str) -> list[dict[str, str]]:
    """Les lignes d'un fichier de `donnees/` (point-virgule, UTF-8, une ligne d'en-tête)."""
    with (DONNEES / nom).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))
