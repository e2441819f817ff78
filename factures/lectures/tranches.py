"""Les échéances d'une même facture, et laquelle porte son unique indemnité de 40 €."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.models import Facture, Imputation
from factures.regles import Tranche, porteuse_de_l_indemnite


def tranches_de(facture: Facture) -> list[Facture]:
    """Toutes ses échéances, elle comprise ; rien si elle n'en a qu'une."""
    if not facture.est_une_tranche:
        return []
    toutes = Facture.objects.pour(facture.creancier).filter(numero=facture.numero)
    return list(toutes.select_related("creancier").order_by("tranche"))


class Tranches:
    """Deux lectures, s'il y a seulement une facture payable en plusieurs fois."""

    def __init__(self, client: Client, factures: Sequence[Facture]) -> None:
        self.par_numero: dict[str, list[Tranche]] = defaultdict(list)
        numeros = {facture.numero for facture in factures if facture.est_une_tranche}
        if not numeros:
            return
        toutes = list(Facture.objects.pour(client.creancier).filter(numero__in=numeros))
        versements: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
        imputations = Imputation.objects.pour(client.creancier).valables()
        imputations = imputations.filter(facture__in=toutes)
        for pk, le, montant in imputations.values_list("facture", "le", "montant"):
            versements[pk].append((le, montant))
        for facture in toutes:
            self.par_numero[facture.numero].append(
                Tranche(
                    facture.tranche,
                    facture.date_echeance,
                    facture.montant_ttc,
                    tuple(versements[facture.pk]),
                )
            )

    def porte_l_indemnite(self, facture: Facture, au: date) -> bool:
        return porteuse_de_l_indemnite(self.par_numero[facture.numero], au=au) == facture.tranche
