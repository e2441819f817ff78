from factures.forms.facture import FactureForm
from factures.forms.importation import ColonnesForm, ImportForm
from factures.forms.litige import ClotureForm, LitigeForm
from factures.forms.piece import PieceForm
from factures.forms.rapprochement import DebiteursForm, EncodagesForm, VendeursForm
from factures.forms.reglement import AnnulationForm, AvoirForm, ReglementForm

__all__ = [
    "AnnulationForm",
    "AvoirForm",
    "ClotureForm",
    "ColonnesForm",
    "DebiteursForm",
    "EncodagesForm",
    "FactureForm",
    "ImportForm",
    "LitigeForm",
    "PieceForm",
    "ReglementForm",
    "VendeursForm",
]
