from clients.erreurs import ClientEfface, ClientFusionne
from clients.models import Client


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
