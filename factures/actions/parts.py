"""Ce que le grand livre reçoit et rend : des parts, des versements, des corrections, un effet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from factures.enums import NatureFacture
from factures.erreurs import FactureDejaReglee
from factures.models import Facture, Imputation
from recouvrement.socle.formats import euros
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

    def appliquer(self) -> Decimal:
        """Corrige la facture, rend de combien grandit son montant ; ce qui a payé ne bouge pas."""
        facture, change = self.facture, self.change
        avant, regle = facture.montant_ttc, facture.montant_ttc - facture.solde
        for nom, valeur in change.items():
            setattr(facture, nom, valeur)
        facture.est_avoir = facture.nature == NatureFacture.AVOIR
        if regle and change.keys() & {"client", "nature"}:
            raise FactureDejaReglee(
                f"{euros(regle)} ont déjà été imputés : annulez d'abord ces règlements."
            )
        if facture.montant_ttc < regle:
            raise FactureDejaReglee(
                f"{euros(regle)} ont déjà été imputés : le montant ne peut pas être inférieur."
            )
        return facture.montant_ttc - avant


@dataclass(frozen=True, slots=True)
class Rendu:
    """La part d'un règlement qui payait des accessoires d'une facture, et ne paye plus rien."""

    imputation: Imputation
    montant: Decimal


def somme(parts: Parts) -> Decimal:
    return sum((part.total for part in parts), ZERO)
