"""Ce que le grand livre reçoit et rend : des parts, des versements, des corrections, un effet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from factures.models import Facture
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class Effet:
    """Ce qu'une écriture a fait des factures qu'elle touche."""

    soldees: list[Facture]
    rouvertes: list[Facture]
    modifiees: list[Facture]


@dataclass(frozen=True, slots=True)
class Part:
    """Ce qu'un règlement paye d'une facture : son nominal, puis intérêts et 40 €."""

    facture: Facture
    montant: Decimal
    accessoires: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.montant + self.accessoires


type Parts = Sequence[Part]


@dataclass(frozen=True, slots=True)
class Versement:
    """Ce qu'on apprend déjà payé d'une facture ; au plus un par facture et par écriture."""

    facture: Facture
    montant: Decimal
    recu_le: date


@dataclass(frozen=True, slots=True)
class Correction:
    facture: Facture
    change: Mapping[str, Any]


def somme(parts: Parts) -> Decimal:
    return sum((part.total for part in parts), ZERO)
