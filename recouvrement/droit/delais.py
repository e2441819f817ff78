"""Les délais de procédure (CPC, art. 640 à 643).

- En jours : le jour de l'acte ne compte pas (641, al. 1).
- En mois : le même quantième, sinon le dernier jour du mois (641, al. 2) ; mois puis jours (al. 3).
- Un délai expire le dernier jour à vingt-quatre heures ; s'il tombe un samedi, un dimanche ou un
  jour férié, il est prorogé au premier jour ouvrable (642).
- Outre-mer : un mois de plus ; étranger : deux mois de plus (643). Le tout ne fait qu'un délai, de
  tous les mois ensemble : lecture de 643, d'après Cass. 2e civ., 25/03/2021, n° 19-20.636.

Règle de prudence : ce que le créancier doit faire se fait au plus tard le jour `a_tenir`, sans la
prorogation ; ce qu'il attend, du débiteur ou pour que s'ouvre un droit, s'attend jusqu'à
`a_attendre`, avec elle.

>>> d = delai(date(2026, 10, 15), mois=1)
>>> d.a_tenir, d.a_attendre
(datetime.date(2026, 11, 15), datetime.date(2026, 11, 16))
>>> delai(date(2026, 1, 31), mois=1).a_tenir
datetime.date(2026, 2, 28)
>>> delai(date(2026, 1, 15), mois=1, distance=Distance.ETRANGER).a_tenir
datetime.date(2026, 4, 15)
>>> loin = delai(date(2026, 1, 31), mois=1, distance=Distance.OUTRE_MER)
>>> loin.a_tenir, loin.confiance
(datetime.date(2026, 3, 31), <Confiance.LECTURE: 'lecture'>)
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from recouvrement.droit.feries import Zone, prochain_ouvre
from recouvrement.droit.mois import ajouter_mois
from recouvrement.droit.sources import Confiance, la_moins_sure


class Distance(IntEnum):
    """Le nombre de mois ajoutés à raison de la demeure de celui dont le délai court."""

    AUCUNE = 0
    OUTRE_MER = 1
    ETRANGER = 2


@dataclass(frozen=True, slots=True)
class Delai:
    """Un délai : son dernier jour compté, le même prorogé s'il n'est pas ouvrable, sa certitude."""

    depart: date
    a_tenir: date
    a_attendre: date
    confiance: Confiance = Confiance.VU

    @property
    def est_proroge(self) -> bool:
        """Vrai si le dernier jour tombe un samedi, un dimanche ou un jour férié."""
        return self.a_attendre != self.a_tenir

    def est_expire(self, au: date) -> bool:
        """Vrai le lendemain du dernier jour prorogé : celui d'en face ne peut plus agir."""
        return au > self.a_attendre


def delai(
    depart: date,
    *,
    mois: int = 0,
    jours: int = 0,
    zone: Zone = Zone.METROPOLE,
    distance: Distance = Distance.AUCUNE,
    confiance: Confiance = Confiance.VU,
) -> Delai:
    """Le délai qui court de l'acte du jour `depart` : tous les mois d'un trait, puis les jours."""
    if mois < 0 or jours < 0 or not (mois or jours):
        raise ValueError("Un délai compte au moins un jour ou un mois.")
    if distance:
        confiance = la_moins_sure(confiance, Confiance.LECTURE)
    dernier = ajouter_mois(depart, mois + distance.value) + timedelta(days=jours)
    return Delai(depart, dernier, prochain_ouvre(dernier, zone), confiance)


def distance_de(departement: str | None, pays: str = "FR") -> Distance:
    """La distance d'après le lieu, devant une juridiction de métropole (643).

    >>> distance_de("974"), distance_de("57"), distance_de(None, "BE")
    (<Distance.OUTRE_MER: 1>, <Distance.AUCUNE: 0>, <Distance.ETRANGER: 2>)
    """
    if pays.upper() != "FR":
        return Distance.ETRANGER
    if departement is not None and departement.startswith(("97", "98")):
        return Distance.OUTRE_MER
    return Distance.AUCUNE
