"""Chronomètres, centiles, mémoire, et la façon d'imprimer une ligne du banc."""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, slots=True)
class Mesure:
    """`limite` : la même chose sans nous, dans le même tour."""

    quoi: str
    valeur: float
    unite: str = "s"
    limite: float | None = None
    requetes: int | None = None
    memoire: int | None = None
    objectif: str = ""

    @property
    def rapport(self) -> float | None:
        """Combien de fois plus lent que la limite (débits : l'inverse)."""
        if not self.limite or not self.valeur:
            return None
        return self.limite / self.valeur if "/s" in self.unite else self.valeur / self.limite

    def en_ligne(self) -> str:
        morceaux = [f"  {self.quoi:<46} {_nombre(self.valeur):>9} {self.unite:<4}"]
        if self.limite is not None:
            morceaux.append(f"nu {_nombre(self.limite):>8} {self.unite:<4}")
        if self.rapport is not None:
            morceaux.append(f"× {self.rapport:.2f}")
        if self.requetes is not None:
            morceaux.append(f"{self.requetes} req.")
        if self.memoire is not None:
            morceaux.append(f"{self.memoire} Mo")
        if self.objectif:
            morceaux.append(f"[{self.objectif}]")
        return "  ".join(morceaux)


def chrono(fait: Callable[[], object]) -> float:
    debut = time.perf_counter()
    fait()
    return time.perf_counter() - debut


def compter_les_requetes[R](fait: Callable[[], R]) -> tuple[R, int]:
    with CaptureQueriesContext(connection) as captees:
        rendu = fait()
    return rendu, len(captees)


def centile(durees: Sequence[float], part: float) -> float:
    rangees = sorted(durees)
    return rangees[min(len(rangees) - 1, round(part * (len(rangees) - 1)))]


def mediane(durees: Sequence[float]) -> float:
    return median(durees)


def memoire_de_pointe() -> int:
    """En mégaoctets, depuis le début du processus : chaque ligne du banc a le sien."""
    pointe = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pointe // (1024 * 1024 if sys.platform == "darwin" else 1024)


def _nombre(valeur: float) -> str:
    if valeur >= 100:
        return f"{valeur:.0f}"
    return f"{valeur:.1f}" if valeur >= 10 else f"{valeur:.3f}"
