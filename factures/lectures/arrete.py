"""Quelles factures entrent dans un décompte arrêté à un jour donné."""

from datetime import date

from django.db.models import F, Q

from clients.models import Client
from factures.models import Facture


def factures_dues(client: Client, *, au: date, soldees: bool = False) -> list[Facture]:
    """Celles qui étaient dues ce jour-là ; `soldees` : aussi celles qu'on a payées en retard.

    Payer le principal n'efface pas les intérêts courus ni les 40 € : ils restent à réclamer.
    """
    condition = Q(solde__gt=0) | Q(soldee_le__gt=au)
    if soldees:
        condition |= Q(soldee_le__gt=F("date_echeance"))
    factures = list(
        Facture.objects.pour(client.creancier)
        .creances()
        .filter(condition, client=client, date_emission__lte=au)
        .order_by("date_echeance", "pk")
    )
    for facture in factures:
        facture.creancier, facture.client = client.creancier, client
    return factures


def reglees_en_retard(client: Client, *, au: date) -> list[Facture]:
    """Celles qui ne sont plus dues ce jour-là, mais qu'on a payées après leur échéance."""
    factures = list(
        Facture.objects.pour(client.creancier)
        .creances()
        .filter(client=client, soldee_le__gt=F("date_echeance"), soldee_le__lte=au)
        .order_by("date_echeance", "pk")
    )
    for facture in factures:
        facture.creancier, facture.client = client.creancier, client
    return factures
