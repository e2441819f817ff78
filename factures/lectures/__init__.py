"""Ce qu'une page doit savoir des créances, en peu de requêtes et pour un jour donné."""

from factures.lectures.decompte import DecompteClient, LigneDecompte, decompte_client
from factures.lectures.synthese import (
    TRANCHES,
    Chiffres,
    Debiteur,
    Evolution,
    MoisEncaisse,
    Tranche,
    balance_agee,
    chiffres,
    encaisse_par_mois,
    evolution,
    plus_gros_debiteurs,
)

__all__ = [
    "TRANCHES",
    "Chiffres",
    "Debiteur",
    "DecompteClient",
    "Evolution",
    "LigneDecompte",
    "MoisEncaisse",
    "Tranche",
    "balance_agee",
    "chiffres",
    "decompte_client",
    "encaisse_par_mois",
    "evolution",
    "plus_gros_debiteurs",
]
