"""Ce qui s'est payé depuis que deux fiches sont réunies."""

from itertools import chain

from clients.models import Fusion
from clients.regles import partager
from factures.models import Encaissement, Facture, Imputation


def reglements_partages(fusion: Fusion) -> tuple[set[int], set[int]]:
    """Ceux qui suivent la fiche rendue, et ceux qui paient des factures des deux."""
    creancier = fusion.creancier
    imputes = Imputation.objects.pour(creancier).filter(facture__client=fusion.garde)
    avoirs = Encaissement.objects.pour(creancier).filter(avoir__client=fusion.garde)
    return partager(
        chain(
            imputes.values_list("encaissement_id", "facture_id"),
            avoirs.values_list("pk", "avoir_id"),
        ),
        siens=fusion.cles(Encaissement),
        factures=fusion.cles(Facture),
    )
