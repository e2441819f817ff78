from factures.models.convention import Convention
from factures.models.decision import Decision, SuiteDecision
from factures.models.encaissement import Encaissement, Imputation
from factures.models.facture import Facture, FactureQuerySet
from factures.models.importation import CorrespondanceColonnes, Importation, LigneImport
from factures.models.litige import Litige
from factures.models.piece import Piece
from factures.models.prescription import EvenementPrescription
from factures.models.procedure import ProcedureOuverte
from factures.models.rapprochement import DebiteurReconnu
from factures.models.reference import ReferenceFacture
from factures.models.taux import TauxPublie

__all__ = [
    "Convention",
    "CorrespondanceColonnes",
    "DebiteurReconnu",
    "Decision",
    "Encaissement",
    "EvenementPrescription",
    "Facture",
    "FactureQuerySet",
    "Importation",
    "Imputation",
    "LigneImport",
    "Litige",
    "Piece",
    "ProcedureOuverte",
    "ReferenceFacture",
    "SuiteDecision",
    "TauxPublie",
]
