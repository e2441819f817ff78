from clients.erreurs import ClientFusionne
from clients.models import Client


def verrouiller(client: Client) -> Client:
    """Le client, relu sous verrou ; celui qui a été réuni à un autre ne s'écrit plus."""
    clients = Client.objects.pour(client.creancier)
    clients.select_for_update(of=("self",)).get(pk=client.pk)
    relu = clients.get(pk=client.pk)
    if relu.fusionne_dans_id is not None:
        raise ClientFusionne
    relu.creancier = client.creancier
    return relu
