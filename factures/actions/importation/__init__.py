"""Un import, du dépôt à l'écriture, et son retrait."""

from factures.actions.importation.depot import (
    abandonner_import,
    admettre,
    admettre_vendeurs,
    choisir_encodages,
    corriger,
    decider,
    decider_de_toutes,
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
    "choisir_encodages",
    "corriger",
    "decider",
    "decider_de_toutes",
    "defaire_import",
    "preparer_import",
    "relire_import",
    "repondre",
    "valider_import",
]
