"""Un import, du dépôt à l'écriture, et son retrait."""

from factures.actions.importation.depot import (
    abandonner_import,
    admettre,
    corriger,
    preparer_import,
    relire_import,
    valider_import,
)
from factures.actions.importation.retrait import defaire_import

__all__ = [
    "abandonner_import",
    "admettre",
    "corriger",
    "defaire_import",
    "preparer_import",
    "relire_import",
    "valider_import",
]
