"""Quelle dette un paiement éteint-il ? (C. civ., art. 1342-10, depuis le 01/10/2016.)

Dans l'ordre : celle que le débiteur indique ; sinon les dettes échues ; parmi elles, celles qu'il
avait le plus d'intérêt à acquitter ; à égalité, la plus ancienne ; sinon à proportion.
Il ne vise une facture qu'en la payant intégralement, sauf accord du créancier (1342-4 ; Cass. 1re
civ., 27/11/2019, n° 18-21.570). Ce que le paiement éteint dans la dette (intérêts, principal) est
affaire du décompte (1343-1).

>>> a = Dette("A", Decimal("100"), date(2026, 1, 31))
>>> b = Dette("B", Decimal("100"), date(2026, 2, 28))
>>> repartir(Decimal("150"), [b, a], le=date(2026, 3, 15)).parts
{'A': Decimal('100'), 'B': Decimal('50.00')}
>>> repartir(Decimal("100"), [a, b], le=date(2026, 3, 15), indiquees=["B"]).parts
{'B': Decimal('100')}
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from recouvrement.socle.montants import CENTIME, ZERO, tronquer


@dataclass(frozen=True, slots=True)
class Dette:
    """Une dette envers le même créancier. `interet` : plus il est grand, plus elle pèse."""

    reference: str
    montant: Decimal
    echeance: date
    interet: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Repartition:
    """Ce que chaque dette reçoit, et ce qui reste à rendre ou à garder en compte."""

    parts: dict[str, Decimal]
    excedent: Decimal
    indication_ecartee: tuple[str, ...] = field(default=())
    """Références visées par le débiteur, mais que le paiement ne couvrait pas en entier."""


def repartir(
    montant: Decimal,
    dettes: Iterable[Dette],
    *,
    le: date,
    indiquees: Sequence[str] = (),
    accord_du_creancier: bool = False,
) -> Repartition:
    """Répartit un paiement reçu ce jour entre les dettes, sans jamais dépasser ce qui est dû."""
    if montant < 0:
        raise ValueError("Un paiement n'est pas négatif.")
    ouvertes = [dette for dette in dettes if dette.montant > 0]
    par_reference = {dette.reference: dette for dette in ouvertes}
    parts: dict[str, Decimal] = {}
    ecartees: list[str] = []
    reste = montant
    for reference in indiquees:
        dette = par_reference.get(reference)
        if dette is None or reference in parts:
            continue
        if reste < dette.montant and not accord_du_creancier:
            ecartees.append(reference)
            continue
        part = min(reste, dette.montant)
        if part:
            parts[reference] = part
            reste -= part
    libres = sorted(
        (dette for dette in ouvertes if dette.reference not in parts),
        key=lambda dette: (_rang(dette, le), dette.reference),
    )
    for _, groupe in groupby(libres, key=lambda dette: _rang(dette, le)):
        for reference, part in _au_prorata(reste, list(groupe)):
            if part:
                parts[reference] = part
                reste -= part
    return Repartition(parts, reste, tuple(ecartees))


def _rang(dette: Dette, le: date) -> tuple[bool, Decimal, date]:
    """Échues d'abord, puis le plus d'intérêt à acquitter, puis la plus ancienne."""
    return dette.echeance > le, -dette.interet, dette.echeance


def _au_prorata(somme: Decimal, dettes: list[Dette]) -> list[tuple[str, Decimal]]:
    """À proportion ; les centimes restants vont aux premières références."""
    total = sum((dette.montant for dette in dettes), ZERO)
    if somme >= total:
        return [(dette.reference, dette.montant) for dette in dettes]
    parts = [tronquer(somme * d.montant / total) for d in dettes]
    reste = somme - sum(parts, ZERO)
    for rang, dette in enumerate(dettes):
        ajout = min(reste, CENTIME, dette.montant - parts[rang])
        parts[rang] += ajout
        reste -= ajout
    return [(dette.reference, part) for dette, part in zip(dettes, parts, strict=True)]
