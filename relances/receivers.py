"""Ce que les relances font quand une app du dessous annonce un fait."""

from datetime import date

from django.dispatch import receiver

from clients.models import Client
from clients.signals import clients_fusionnes
from relances.models import Appel, Courrier, MiseEnDemeure, Promesse, Relance


@receiver(clients_fusionnes)
def suivre_la_fusion(*, garde: Client, absorbe: Client, le: date, **_kwargs: object) -> None:
    """L'historique passe à la fiche gardée ; une seule promesse y reste en cours."""
    promesses = Promesse.objects.pour(garde.creancier)
    if promesses.en_cours().filter(client=garde).exists():
        promesses.en_cours().filter(client=absorbe).update(close_le=le)
    for modele in (Relance, Appel, Promesse, Courrier, MiseEnDemeure):
        modele.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
