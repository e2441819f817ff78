"""Ce que l'on peut réclamer d'une facture : son reste dû, moins ce que le client en conteste.

Dit en Python et à la base, côte à côte ; l'essai de la table des verdicts prouve l'égalité.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Round

from factures.models import Litige
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO

EUROS = DecimalField(max_digits=16, decimal_places=2)

# Sur les litiges : ceux qui laissent quelque chose à demander.
EN_PARTIE = Q(montant_conteste__lt=F("facture__solde"))


@dataclass(frozen=True, slots=True)
class Contestation:
    """Le litige ouvert d'une facture ; `montant` None : il porte sur toute la facture."""

    le: date
    montant: Decimal | None = None

    def sur(self, solde: Decimal) -> Decimal:
        """Ce qui est contesté de ce reste dû."""
        return solde if self.montant is None else min(self.montant, solde)


def reclamable(solde: Decimal, contestation: Contestation | None) -> Decimal:
    return solde - contestation.sur(solde) if contestation else solde


def reclamable_en_base() -> Round:
    """La même, sur les factures ; au centime, car SQLite additionne des flottants."""
    ouverts = Litige.objects.filter(creancier=OuterRef("creancier"), facture=OuterRef("pk"))
    conteste = (
        ouverts.ouverts().order_by().values(m=Coalesce("montant_conteste", "facture__montant_ttc"))
    )
    zero = Value(ZERO, EUROS)
    reste = F("solde") - Coalesce(Subquery(conteste[:1], output_field=EUROS), zero)
    return Round(Greatest(reste, zero, output_field=EUROS), 2, output_field=EUROS)


def contestations(
    creancier: Creancier, *, clients: Collection[int] | None = None
) -> dict[int, Contestation]:
    """Les litiges ouverts, par facture ; `clients` : de ceux-là seulement."""
    litiges = Litige.objects.pour(creancier).ouverts()
    if clients is not None:
        litiges = litiges.filter(facture__client__in=clients)
    lus = litiges.order_by().values_list("facture_id", "ouvert_le", "montant_conteste")
    return {facture: Contestation(le, montant) for facture, le, montant in lus}
