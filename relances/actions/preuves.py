"""Les preuves de la poste : elles deviennent des pièces du client, prêtes pour un bordereau."""

from dataclasses import dataclass
from datetime import date

from factures.actions import deposer_piece
from factures.enums import NaturePiece
from factures.models import Piece
from recouvrement.comptes.models import Utilisateur
from relances.models import Courrier


@dataclass(frozen=True, slots=True)
class Preuve:
    """Un fichier reçu : le reçu de dépôt, l'avis signé, l'enveloppe revenue."""

    nom: str
    octets: bytes


def verser_preuve(
    courrier: Courrier, preuve: Preuve, *, nature: NaturePiece, le: date, acteur: Utilisateur
) -> Piece:
    """Dans la transaction de l'action qui la reçoit ; une pièce refusée refuse le tout."""
    suivi = f" n° {courrier.numero_suivi}" if courrier.numero_suivi else ""
    return deposer_piece(
        courrier.client,
        nature=nature,
        intitule=f"{nature.label}{suivi} ({courrier.get_canal_display().lower()})",
        nom_fichier=preuve.nom,
        octets=preuve.octets,
        acteur=acteur,
        du=le,
    )
