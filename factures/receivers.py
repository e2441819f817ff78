"""Ce que les factures font quand une app du dessous annonce un fait."""

from collections.abc import Sequence
from datetime import date

from django.dispatch import receiver

from clients.models import Client, Fusion
from clients.signals import (
    clients_fusionnes,
    fiches_separees,
    regime_change,
    separation_demandee,
)
from factures.actions.trop_percus import rendre_les_trop_percus
from factures.lectures.fusion import reglements_partages
from factures.models import (
    Convention,
    DebiteurReconnu,
    Encaissement,
    Facture,
    Piece,
    ProcedureOuverte,
)
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.models import Geste


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
def suivre_la_fusion(
    *, garde: Client, absorbe: Client, le: date, geste: Geste, **_kwargs: object
) -> None:
    """Les factures, règlements et pièces passent à la fiche gardée ; les soldes ne bougent pas."""
    for modele in (Facture, Encaissement, Piece, Convention, DebiteurReconnu):
        modele.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
    procedures = ProcedureOuverte.objects.pour(garde.creancier)
    # Une seule par client : celle de la fiche gardée l'emporte.
    if not procedures.filter(client=garde).exists():
        procedures.filter(client=absorbe).update(client=garde)
    # Convention, nature, procédure : celles de la fiche gardée valent pour les factures reçues.
    rendre_les_trop_percus(garde.creancier, acteur=geste.auteur, clients=[garde.pk], geste=geste)


@receiver(regime_change)
def rendre_ce_qui_n_est_plus_du(
    *, clients: Sequence[Client], acteur: Utilisateur | None, geste: Geste | None, **_kwargs: object
) -> None:
    pks = [client.pk for client in clients]
    rendre_les_trop_percus(clients[0].creancier, acteur=acteur, clients=pks, geste=geste)
