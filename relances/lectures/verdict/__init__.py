"""Le verdict : une table de règles, chacune avec son code, ses mots, son test et son filtre."""

from relances.lectures.verdict.creancier import faits_du_creancier
from relances.lectures.verdict.instant import quota_est_atteint
from relances.lectures.verdict.regle import Cadre, Etapes, Regle
from relances.lectures.verdict.table import (
    CLIENT_INTOUCHABLE,
    DE_L_EXPEDITEUR,
    DE_LA_FACTURE,
    DE_LA_POSTE,
    DU_CLIENT,
    DU_MOYEN,
    FACTURE_INTOUCHABLE,
    REGLES,
    arrets,
    au_bout_du_scenario,
    blocages,
    que_rien_n_arrete,
)

__all__ = [
    "CLIENT_INTOUCHABLE",
    "DE_LA_FACTURE",
    "DE_LA_POSTE",
    "DE_L_EXPEDITEUR",
    "DU_CLIENT",
    "DU_MOYEN",
    "FACTURE_INTOUCHABLE",
    "REGLES",
    "Cadre",
    "Etapes",
    "Regle",
    "arrets",
    "au_bout_du_scenario",
    "blocages",
    "faits_du_creancier",
    "que_rien_n_arrete",
    "quota_est_atteint",
]
