from factures.models.encaissement import Encaissement, Imputation
from factures.models.facture import Facture, FactureQuerySet
from factures.models.importation import CorrespondanceColonnes, Importation, LigneImport
from factures.models.litige import Litige
from factures.models.piece import Piece

__all__ = [
    "CorrespondanceColonnes",
    "Encaissement",
    "Facture",
    "FactureQuerySet",
    "Importation",
    "Imputation",
    "LigneImport",
    "Litige",
    "Piece",
]
