"""Les preuves de la poste : elles deviennent des pièces du client, prêtes pour un bordereau."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from factures.actions.pieces import Fichier, retirer_piece, verser_piece
from factures.enums import NaturePiece
from factures.models import Piece
from recouvrement.comptes.models import Creancier
from recouvrement.journal.models import Geste
from relances.models import Courrier


@dataclass(frozen=True, slots=True)
class Preuve:
    """Un fichier reçu : le reçu de dépôt, l'avis signé, l'enveloppe revenue."""

    nom: str
    octets: bytes

    def ouvrir(self, creancier: Creancier) -> Fichier:
        """Peut prendre du temps : avant la transaction qui la verse."""
        return Fichier.lire(self.nom, self.octets, creancier=creancier)


def verser_preuve(
    courrier: Courrier, fichier: Fichier, *, nature: NaturePiece, le: date, geste: Geste
) -> Piece:
    """Dans la transaction de l'action qui la reçoit ; une pièce refusée refuse le tout."""
    suivi = f" n° {courrier.numero_suivi}" if courrier.numero_suivi else ""
    return verser_piece(
        courrier.client,
        nature=nature,
        intitule=f"{nature.label}{suivi} ({courrier.get_canal_display().lower()})",
        fichier=fichier,
        acteur=geste.auteur,
        du=le,
        geste=geste,
    )


def retirer_les_preuves_de_depot(courrier: Courrier, depot: Geste, annulation: Geste) -> None:
    """D'un dépôt qui n'a pas eu lieu : celle qu'il a versée, et celle qui l'aurait remplacée."""
    siennes = Piece.objects.pour(courrier.creancier).filter(
        Q(geste=depot) | Q(pk=courrier.preuve_depot_id, geste__isnull=False),
        client=courrier.client_id,
        nature=NaturePiece.PREUVE_DEPOT,
    )
    courrier.preuve_depot = None
    courrier.save(update_fields=["preuve_depot"])
    for piece in siennes.order_by("pk"):
        retirer_piece(piece, geste=annulation)
