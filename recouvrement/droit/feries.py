"""Les jours fériés et ouvrés, selon l'endroit (code du travail, art. L3133-1, L3134-13, L3422-2).

Alsace-Moselle ajoute le 26 décembre et le Vendredi saint ; celui-ci n'est chômé que dans les
communes ayant un temple protestant ou une église mixte : il est tenu pour férié partout, ce qui ne
fait jamais qu'attendre un jour de plus. Chaque département d'outre-mer ajoute l'abolition.

>>> est_ouvre(date(2026, 12, 26), Zone.METROPOLE), est_ouvre(date(2025, 12, 26), Zone.METROPOLE)
(False, True)
>>> est_ouvre(date(2025, 12, 26), Zone.ALSACE)
False
>>> prochain_ouvre(date(2026, 11, 15))
datetime.date(2026, 11, 16)
>>> zone_de("57"), zone_de("97400"), zone_de("2A")
(<Zone.MOSELLE: '57'>, <Zone.REUNION: '974'>, <Zone.METROPOLE: ''>)
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import holidays

UN_JOUR = timedelta(days=1)
SAMEDI = 5


class Zone(StrEnum):
    """Là où les jours fériés diffèrent ; la valeur est la subdivision de la bibliothèque."""

    METROPOLE = ""
    MOSELLE = "57"
    ALSACE = "6AE"
    GUADELOUPE = "971"
    MARTINIQUE = "972"
    GUYANE = "973"
    REUNION = "974"
    MAYOTTE = "976"
    SAINT_BARTHELEMY = "BL"
    SAINT_MARTIN = "MF"
    SAINT_PIERRE_ET_MIQUELON = "PM"


ZONES_PAR_DEPARTEMENT = {
    "57": Zone.MOSELLE,
    "67": Zone.ALSACE,
    "68": Zone.ALSACE,
    "971": Zone.GUADELOUPE,
    "972": Zone.MARTINIQUE,
    "973": Zone.GUYANE,
    "974": Zone.REUNION,
    "975": Zone.SAINT_PIERRE_ET_MIQUELON,
    "976": Zone.MAYOTTE,
    "977": Zone.SAINT_BARTHELEMY,
    "978": Zone.SAINT_MARTIN,
}


def zone_de(code: str) -> Zone:
    """La zone d'un département, d'un code postal ou d'un code commune."""
    prefixe = code[:3] if code.startswith("97") else code[:2]
    return ZONES_PAR_DEPARTEMENT.get(prefixe, Zone.METROPOLE)


@cache
def _feries(annee: int, zone: Zone) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=zone.value or None, years=annee))


def est_ferie(jour: date, zone: Zone = Zone.METROPOLE) -> bool:
    """Vrai si ce jour est férié dans cette zone."""
    return jour in _feries(jour.year, zone)


def est_ouvre(jour: date, zone: Zone = Zone.METROPOLE) -> bool:
    """Vrai si ce jour n'est ni un samedi, ni un dimanche, ni un jour férié."""
    return jour.weekday() < SAMEDI and not est_ferie(jour, zone)


def prochain_ouvre(jour: date, zone: Zone = Zone.METROPOLE) -> date:
    """Ce jour s'il est ouvré, sinon le premier jour ouvré qui suit."""
    while not est_ouvre(jour, zone):
        jour += UN_JOUR
    return jour
