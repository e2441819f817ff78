"""Un import, du dépôt à l'écriture, et son retrait."""

from factures.actions.importation.depot import (
    abandonner_import,
    admettre,
    admettre_vendeurs,
    corriger,
    preparer_import,
    relire_import,
    repondre,
    valider_import,
)
from factures.actions.importation.retrait import defaire_import

__all__ = [
    "abandonner_import",
    "admettre",
    "admettre_vendeurs",
    "corriger",
    "defaire_import",
    "preparer_import",
    "relire_import",
    "repondre",
    "valider_import",
]
