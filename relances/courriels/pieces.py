"""Les factures que l'on joint au message, tant qu'elles y tiennent."""

from collections.abc import Sequence
from dataclasses import dataclass

from factures.enums import NaturePiece
from factures.models import Facture, Piece
from recouvrement.comptes.models import Creancier

# Au-delà, les serveurs refusent : les factures ne se joignent plus, le tableau suffit.
PIECES_JOINTES_MAX = 7 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PieceJointe:
    nom: str
    empreinte: str
    taille: int


def pieces_de(creancier: Creancier, factures: Sequence[Facture]) -> tuple[PieceJointe, ...]:
    """Les PDF des factures réclamées."""
    pieces, place = [], PIECES_JOINTES_MAX
    for piece in Piece.objects.pour(creancier).filter(
        facture__in=factures, nature=NaturePiece.FACTURE, type_mime="application/pdf"
    ):
        if piece.taille <= place:
            place -= piece.taille
            pieces.append(PieceJointe(piece.nom_fichier, piece.empreinte, piece.taille))
    return tuple(pieces)
