from django.db.models import Q

from clients.erreurs import ClientEfface, ClientFusionne
from clients.models import Client

# Des faits d'un client : ceux sur lesquels le verrou refusera de revenir.
CHEZ_UN_EFFACE = Q(client__efface_le__isnull=False)


def verrouiller(client: Client) -> Client:
    """Le client, relu sous verrou ; réuni à un autre ou effacé, il ne s'écrit plus."""
    clients = Client.objects.pour(client.creancier)
    clients.select_for_update(of=("self",)).get(pk=client.pk)
    relu = clients.get(pk=client.pk)
    if relu.fusionne_dans_id is not None:
        raise ClientFusionne
    if relu.efface_le is not None:
        raise ClientEfface
    relu.creancier = client.creancier
    return relu
