"""Ce que les factures font quand une app du dessous annonce un fait."""

from datetime import date

from django.dispatch import receiver

from clients.models import Client
from clients.signals import clients_fusionnes
from factures.models import (
    Convention,
    DebiteurReconnu,
    Encaissement,
    Facture,
    Piece,
    ProcedureOuverte,
)


@receiver(clients_fusionnes)
def suivre_la_fusion(*, garde: Client, absorbe: Client, le: date, **_kwargs: object) -> None:
    """Les factures, règlements et pièces passent à la fiche gardée ; les soldes ne bougent pas."""
    for modele in (Facture, Encaissement, Piece, Convention, DebiteurReconnu):
        modele.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
    procedures = ProcedureOuverte.objects.pour(garde.creancier)
    # Une seule par client : celle de la fiche gardée l'emporte.
    if not procedures.filter(client=garde).exists():
        procedures.filter(client=absorbe).update(client=garde)
