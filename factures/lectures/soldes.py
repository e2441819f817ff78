"""Refaire les soldes depuis les imputations, et dire lesquels ne s'y retrouvent pas."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from factures.models import Encaissement, Facture, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir


@dataclass(frozen=True, slots=True)
class Ecart:
    """Ce qui est écrit, ce que les faits donnent."""

    objet: Facture | Encaissement
    quoi: str
    ecrit: object
    attendu: object


def ecarts_de_solde(creancier: Creancier) -> Iterator[Ecart]:
    """Rien : tout concorde."""
    imputes = _sommes(Imputation.objects.pour(creancier), "facture")
    utilises = _sommes(Encaissement.objects.pour(creancier).exclude(avoir=None), "avoir")
    for facture in Facture.objects.pour(creancier).order_by("pk").iterator(chunk_size=2000):
        regle = (utilises if facture.est_avoir else imputes).get(facture.pk, ZERO)
        if facture.solde != facture.montant_ttc - regle:
            yield Ecart(facture, "reste dû", facture.solde, facture.montant_ttc - regle)
        if (facture.solde == ZERO) is (facture.soldee_le is None):
            yield Ecart(facture, "date de solde", facture.soldee_le, None)
    employes = _sommes(Imputation.objects.pour(creancier), "encaissement")
    recus = Encaissement.objects.pour(creancier).filter(
        Q(contre_ecriture=None) | Q(disponible__gt=0)
    )
    for encaissement in recus.order_by("pk").iterator(chunk_size=2000):
        attendu = ZERO
        if encaissement.annule_id is None:
            attendu = encaissement.montant - employes.get(encaissement.pk, ZERO)
        if encaissement.disponible != attendu:
            yield Ecart(encaissement, "disponible", encaissement.disponible, attendu)


def _sommes(qs: QuerySet[Any], cle: str) -> dict[int, Decimal]:
    lignes = qs.values_list(cle).annotate(total=Sum("montant")).order_by(cle)
    return {pk: arrondir(total) for pk, total in lignes}
