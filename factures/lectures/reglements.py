"""La liste des règlements : lesquels, leurs lignes et leur somme."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from clients.models import Client
from factures.enums import MOYENS_SANS_ARGENT
from factures.models import Encaissement, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_montant


def reglements_de_cette_vue(creancier: Creancier, vue: str) -> QuerySet[Encaissement]:
    """Les contre-écritures restent, en moins : la somme est celle du tableau de bord."""
    reglements = Encaissement.objects.pour(creancier)
    match vue:
        case "":
            return reglements.d_argent()
        case "disponible":
            return reglements.valables().filter(disponible__gt=0)
        case "annules":
            return reglements.filter(annule__isnull=False)
        case "avoirs":
            return reglements.filter(moyen__in=MOYENS_SANS_ARGENT)
    return reglements


def lignes_de_reglement(
    creancier: Creancier, reglements: QuerySet[Encaissement]
) -> QuerySet[Encaissement]:
    imputations = Imputation.objects.pour(creancier).select_related("facture").order_by("pk")
    return reglements.select_related("client", "contre_ecriture").prefetch_related(
        Prefetch("imputations", queryset=imputations)
    )


def sommes(reglements: QuerySet[Encaissement]) -> dict[str, Any]:
    lues = reglements.aggregate(
        nombre=Count("pk"),
        montant=Sum("montant", default=ZERO),
        disponible=Sum("disponible", default=ZERO),
    )
    return lues | {nom: arrondir(lues[nom]) for nom in ("montant", "disponible")}


def cherchant(creancier: Creancier, texte: str) -> Q:
    """Par client, référence ou montant."""
    clients = Client.objects.pour(creancier).cherchant(texte)
    trouve = Q(reference__icontains=texte) | Q(client__in=clients.values("pk"))
    try:
        montant = lire_montant(texte)
    except ValeurRefusee:
        return trouve
    return trouve if montant is None else trouve | Q(montant=montant)
