"""Le jour civil d'un instant : les instants sont en UTC, les jours sont ceux de Paris."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)


def jour_de(instant: datetime) -> date:
    return instant.astimezone(PARIS).date()


def instant_de(jour: date, heure: time = time(0)) -> datetime:
    """Cet instant du jour, à Paris."""
    return datetime.combine(jour, heure, tzinfo=PARIS)


def debut_du_mois(jour: date, *, recul: int = 0) -> date:
    """Le premier du mois, `recul` mois plus tôt.

    >>> debut_du_mois(date(2026, 1, 15), recul=2)
    datetime.date(2025, 11, 1)
    """
    annee, mois = divmod(jour.year * 12 + jour.month - 1 - recul, 12)
    return date(annee, mois + 1, 1)


def lundi_ou_apres(jour: date) -> date:
    """Le jour même, ou le lundi qui suit un samedi ou un dimanche."""
    return jour + timedelta(days=7 - jour.weekday()) if jour.weekday() >= 5 else jour
