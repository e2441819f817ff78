"""Les preuves de la poste : elles deviennent des pièces du client, prêtes pour un bordereau."""

from dataclasses import dataclass
from datetime import date

from factures.actions.pieces import Fichier, verser_piece
from factures.enums import NaturePiece
from factures.models import Piece
from recouvrement.comptes.models import Creancier, Utilisateur
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
    courrier: Courrier, fichier: Fichier, *, nature: NaturePiece, le: date, acteur: Utilisateur
) -> Piece:
    """Dans la transaction de l'action qui la reçoit ; une pièce refusée refuse le tout."""
    suivi = f" n° {courrier.numero_suivi}" if courrier.numero_suivi else ""
    return verser_piece(
        courrier.client,
        nature=nature,
        intitule=f"{nature.label}{suivi} ({courrier.get_canal_display().lower()})",
        fichier=fichier,
        acteur=acteur,
        du=le,
    )
