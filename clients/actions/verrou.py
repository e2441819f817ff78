from collections.abc import Iterable
from itertools import batched

from django.db.models import Q

from clients.erreurs import ClientEfface, ClientFusionne
from clients.models import Client
from recouvrement.comptes.models import Creancier

# Des faits d'un client : ceux sur lesquels le verrou refusera de revenir.
CHEZ_UN_EFFACE = Q(client__efface_le__isnull=False)
LOT = 500


def verrouiller(client: Client) -> Client:
    """Le client, relu sous verrou ; réuni à un autre ou effacé, il ne s'écrit plus."""
    clients = Client.objects.pour(client.creancier)
    clients.select_for_update(of=("self",)).get(pk=client.pk)
    return _admis(clients.get(pk=client.pk), client.creancier)


def verrouiller_tous(creancier: Creancier, pks: Iterable[int]) -> list[Client]:
    """Les mêmes, par leur clé : deux requêtes par lot, non par client."""
    relus: list[Client] = []
    for lot in batched(sorted(set(pks)), LOT):
        clients = Client.objects.pour(creancier).filter(pk__in=lot).order_by("pk")
        list(clients.select_for_update(of=("self",)))
        relus += [_admis(relu, creancier) for relu in clients.all()]
    return relus


def _admis(relu: Client, creancier: Creancier) -> Client:
    if relu.fusionne_dans_id is not None:
        raise ClientFusionne
    if relu.efface_le is not None:
        raise ClientEfface
    relu.creancier = creancier
    return relu
