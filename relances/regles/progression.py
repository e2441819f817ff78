"""Quelle étape vient ensuite pour une facture : une à la fois, sans sauter ni redescendre."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class EtapePrevue:
    """Ce que la progression a besoin de savoir d'une étape."""

    cle: str
    rang: int
    delai: int
    nom: str = ""


@dataclass(frozen=True, slots=True)
class Suivante:
    """L'étape qui vient et le jour à partir duquel elle peut être faite."""

    etape: EtapePrevue
    le: date


def est_caduque(delai: int, *, echeance: date, au: date) -> bool:
    """Un rappel de courtoisie n'a plus lieu d'être dès le jour de l'échéance."""
    return delai < 0 and au >= echeance


def suivante(
    etapes: Sequence[EtapePrevue],
    *,
    faites: Collection[str],
    echeance: date,
    au: date,
    rang_entree: int = 0,
) -> Suivante | None:
    """L'étape de plus petit rang qui reste à faire dans ce cycle ; None : scénario terminé.

    `etapes` dans l'ordre des rangs. Une étape glissée sous une étape déjà faite par une nouvelle
    version du scénario ne se fait plus : on ne redescend pas d'un ton.
    """
    plus_haute = max((e.rang for e in etapes if e.cle in faites), default=-1)
    return depuis_le_rang(
        etapes, plus_haute=plus_haute, echeance=echeance, au=au, rang_entree=rang_entree
    )


def depuis_le_rang(
    etapes: Sequence[EtapePrevue],
    *,
    plus_haute: int,
    echeance: date,
    au: date,
    rang_entree: int = 0,
) -> Suivante | None:
    """La même, connaissant le rang de la plus haute étape faite (−1 : aucune)."""
    for etape in etapes:
        if etape.rang <= plus_haute or etape.rang < rang_entree:
            continue
        if est_caduque(etape.delai, echeance=echeance, au=au):
            continue
        return Suivante(etape, echeance + timedelta(days=etape.delai))
    return None
