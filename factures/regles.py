"""Les règles de la maison sur l'argent : ni base, ni horloge."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Protocol

from recouvrement.socle.montants import ZERO


class Due(Protocol):
    """Ce que la répartition regarde d'une facture."""

    @property
    def pk(self) -> int: ...
    @property
    def solde(self) -> Decimal: ...
    @property
    def date_echeance(self) -> date: ...


def plus_anciennes_dabord[D: Due](dues: Iterable[D], montant: Decimal) -> list[tuple[D, Decimal]]:
    """Ce que cette somme paye de chacune, sans dépasser ce qui en reste dû."""
    parts, reste = [], montant
    for due in sorted(dues, key=lambda due: (due.date_echeance, due.pk)):
        part = min(due.solde, reste)
        if part > ZERO:
            parts.append((due, part))
            reste -= part
    return parts
