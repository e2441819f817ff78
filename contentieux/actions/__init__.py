"""Ce que l'on fait d'un dossier. Une action = une transaction = une entrée au journal."""

from contentieux.actions.dossier import (
    ajouter_frais,
    avancer,
    clore,
    noter,
    ouvrir_dossier,
    renseigner_requete,
)
from contentieux.actions.pieces import ranger_pieces
from contentieux.actions.projets import preparer_documents

__all__ = [
    "ajouter_frais",
    "avancer",
    "clore",
    "noter",
    "ouvrir_dossier",
    "preparer_documents",
    "ranger_pieces",
    "renseigner_requete",
]
