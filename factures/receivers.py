"""Ce que les factures font quand une app du dessous annonce un fait."""

from datetime import date

from django.dispatch import receiver

from clients.models import Client, Fusion
from clients.signals import clients_fusionnes, fiches_separees, separation_demandee
from factures.lectures.fusion import reglements_partages
from factures.models import (
    Convention,
    DebiteurReconnu,
    Encaissement,
    Facture,
    Piece,
    ProcedureOuverte,
)


@receiver(separation_demandee)
def dire_ce_qui_est_paye_ensemble(*, fusion: Fusion, **_kwargs: object) -> str:
    _, meles = reglements_partages(fusion)
    if not meles:
        return ""
    return "Depuis, un règlement paie des factures des deux fiches : annulez-le d'abord."


@receiver(fiches_separees)
def suivre_la_separation(*, fusion: Fusion, **_kwargs: object) -> None:
    """Un règlement ou une pièce né depuis suit les factures rendues qu'il concerne."""
    suivent, _ = reglements_partages(fusion)
    siennes = fusion.cles(Facture)
    creancier = fusion.creancier
    Encaissement.objects.pour(creancier).filter(pk__in=suivent).update(client=fusion.absorbe)
    Piece.objects.pour(creancier).filter(facture__in=siennes).update(client=fusion.absorbe)


@receiver(clients_fusionnes)
def suivre_la_fusion(*, garde: Client, absorbe: Client, le: date, **_kwargs: object) -> None:
    """Les factures, règlements et pièces passent à la fiche gardée ; les soldes ne bougent pas."""
    for modele in (Facture, Encaissement, Piece, Convention, DebiteurReconnu):
        modele.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
    procedures = ProcedureOuverte.objects.pour(garde.creancier)
    # Une seule par client : celle de la fiche gardée l'emporte.
    if not procedures.filter(client=garde).exists():
        procedures.filter(client=absorbe).update(client=garde)
