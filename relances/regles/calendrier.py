"""Quand un message peut partir : jours ouvrés et heures du créancier, à Paris."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from recouvrement.droit import feries
from recouvrement.droit.feries import SAMEDI, Zone
from recouvrement.socle import formats
from recouvrement.socle.temps import PARIS

ZONES = {
    "metropole": Zone.METROPOLE,
    "alsace-moselle": Zone.ALSACE,
    "guadeloupe": Zone.GUADELOUPE,
    "martinique": Zone.MARTINIQUE,
    "guyane": Zone.GUYANE,
    "reunion": Zone.REUNION,
    "mayotte": Zone.MAYOTTE,
    "saint-barthelemy": Zone.SAINT_BARTHELEMY,
    "saint-martin": Zone.SAINT_MARTIN,
    "saint-pierre": Zone.SAINT_PIERRE_ET_MIQUELON,
}


@dataclass(frozen=True, slots=True)
class Fenetre:
    """Les heures d'un créancier ; `fin` exclue."""

    debut: time = time(9)
    fin: time = time(18)
    zone: str = "metropole"


def est_ouvre(jour: date, zone: str = "metropole") -> bool:
    return feries.est_ouvre(jour, ZONES.get(zone, Zone.METROPOLE))


def jour_ouvre(jour: date, zone: str = "metropole") -> date:
    """Ce jour, ou le premier jour ouvré qui suit.

    >>> jour_ouvre(date(2026, 5, 1))
    datetime.date(2026, 5, 4)
    """
    while not est_ouvre(jour, zone):
        jour += timedelta(days=1)
    return jour


JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def phrase_si_chome(jour: date, zone: str = "metropole") -> str:
    """Ce que l'on dit d'une date convenue qui n'est pas un jour ouvré ; vide si elle l'est.

    >>> phrase_si_chome(date(2026, 11, 29))
    'Le 29/11/2026 est un dimanche : le premier jour ouvré est le lundi 30/11/2026.'
    """
    if est_ouvre(jour, zone):
        return ""
    apres = jour_ouvre(jour, zone)
    nom = JOURS[jour.weekday()] if jour.weekday() >= SAMEDI else "jour férié"
    return (
        f"Le {formats.jour(jour)} est un {nom} : le premier jour ouvré est le "
        f"{JOURS[apres.weekday()]} {formats.jour(apres)}."
    )


def est_ouverte(instant: datetime, fenetre: Fenetre) -> bool:
    ici = instant.astimezone(PARIS)
    return fenetre.debut <= ici.time() < fenetre.fin and est_ouvre(ici.date(), fenetre.zone)


def prochaine_ouverture(instant: datetime, fenetre: Fenetre) -> datetime:
    """L'instant lui-même si l'on peut envoyer, sinon le début des prochaines heures d'envoi."""
    if est_ouverte(instant, fenetre):
        return instant
    ici = instant.astimezone(PARIS)
    jour = ici.date() if ici.time() < fenetre.debut else ici.date() + timedelta(days=1)
    jour = jour_ouvre(jour, fenetre.zone)
    return datetime.combine(jour, fenetre.debut, tzinfo=PARIS)
