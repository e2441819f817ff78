from collections.abc import Sequence

from django.db import transaction

from contentieux.enums import EtatDossier
from contentieux.evenements import Evenement
from contentieux.models import Dossier, PieceDossier
from factures.models import Piece
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier


@transaction.atomic
def ranger_pieces(
    dossier: Dossier, *, pieces: Sequence[tuple[Piece, str]], acteur: Utilisateur
) -> list[PieceDossier]:
    """Le bordereau, refait dans l'ordre donné : (pièce, intitulé), numérotées à partir de 1."""
    creancier = dossier.creancier
    relu = Dossier.objects.pour(creancier).select_for_update(of=("self",)).get(pk=dossier.pk)
    if relu.etat == EtatDossier.CLOS:
        raise ErreurMetier("Ce dossier est clos.")
    PieceDossier.objects.pour(creancier).filter(dossier=dossier).delete()
    rangees = PieceDossier.objects.bulk_create(
        [
            PieceDossier(
                creancier=creancier, dossier=dossier, rang=rang, intitule=intitule, piece=piece
            )
            for rang, (piece, intitule) in enumerate(pieces, start=1)
        ]
    )
    inscrire(
        Evenement.DOSSIER_PIECES,
        cible=dossier,
        acteur=acteur,
        pieces=[intitule for _, intitule in pieces],
    )
    return rangees
