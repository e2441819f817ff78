"""La liste des clients : lesquels, et leurs totaux."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from clients.models import Client, ClientQuerySet
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO


def clients_de_cet_etat(creancier: Creancier, etat: str, *, au: date) -> ClientQuerySet:
    clients = Client.objects.pour(creancier).actifs()
    if etat == "a_completer":
        clients = clients.filter(est_a_completer=True)
    if etat == "suspendus":
        clients = clients.suspendus(au=au)
    clients = clients.avec_montants(au=au)
    if etat == "retard":
        clients = clients.filter(Q(total_echu__gt=0))
    return clients


def sommes(clients: QuerySet[Client]) -> dict[str, Any]:
    lues = clients.aggregate(nombre=Count("pk"), du=Sum("total_du"), echu=Sum("total_echu"))
    return lues | {nom: lues[nom] or ZERO for nom in ("du", "echu")}
