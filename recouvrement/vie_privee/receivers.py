"""Ce que la vie privée fait quand une app du dessous annonce un fait."""

from django.dispatch import receiver

from clients.models import Client
from clients.signals import clients_fusionnes
from recouvrement.vie_privee.models import Demande


@receiver(clients_fusionnes)
def suivre_la_fusion(*, garde: Client, absorbe: Client, **_kwargs: object) -> None:
    Demande.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
