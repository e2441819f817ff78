"""Le débiteur en sauvegarde, redressement ou liquidation (C. com., art. L622-24 à L622-28).

Paiement des créances antérieures interdit, poursuites arrêtées dès le jugement (L622-7, L622-21) ;
créance à déclarer dans les deux mois de la publication au BODACC (R622-24) ; relevé de forclusion
dans les six mois de cette publication (L622-26).

>>> d = declaration(date(2026, 11, 21))
>>> d.a_tenir, declaration(date(2026, 11, 21), creancier_hors_territoire=True).a_tenir
(datetime.date(2027, 1, 21), datetime.date(2027, 3, 21))
>>> alertes_declaration(date(2026, 11, 21))
(datetime.date(2026, 12, 21), datetime.date(2027, 1, 6), datetime.date(2027, 1, 14))
"""

from datetime import date, timedelta
from enum import StrEnum

from recouvrement.droit.delais import Delai, delai
from recouvrement.droit.mois import ajouter_mois
from recouvrement.droit.sources import Confiance

MOIS_DECLARATION = 2
MOIS_RELEVE = 6


class ProcedureCollective(StrEnum):
    """La procédure ouverte, qui dit à qui déclarer."""

    SAUVEGARDE = "sauvegarde"
    REDRESSEMENT = "redressement"
    LIQUIDATION = "liquidation"

    @property
    def destinataire(self) -> str:
        """Celui qui reçoit la déclaration (R622-24, R641-25)."""
        if self is ProcedureCollective.LIQUIDATION:
            return "liquidateur"
        return "mandataire judiciaire"


def declaration(publication_le: date, *, creancier_hors_territoire: bool = False) -> Delai:
    """Le délai pour déclarer, depuis la publication au BODACC ; s'y tenir sans la prorogation.

    Il n'est passé que le lendemain du dernier jour prorogé (CPC, art. 642).
    """
    mois = MOIS_DECLARATION + (2 if creancier_hors_territoire else 0)
    return delai(publication_le, mois=mois, confiance=Confiance.VU_TIERS)


def releve_de_forclusion(publication_le: date) -> Delai:
    """Le délai pour demander à être relevé de la forclusion (L622-26)."""
    return delai(publication_le, mois=MOIS_RELEVE, confiance=Confiance.VU_TIERS)


def alertes_declaration(publication_le: date) -> tuple[date, ...]:
    """Un mois, quinze jours et sept jours avant le terme."""
    terme = declaration(publication_le).a_tenir
    return (
        ajouter_mois(terme, -1),
        terme - timedelta(days=15),
        terme - timedelta(days=7),
    )


def est_anterieure(naissance_le: date, jugement_le: date) -> bool:
    """Vrai si la créance est née avant le jugement d'ouverture : elle se déclare."""
    return naissance_le < jugement_le
