"""Le dernier battement, gardé hors de la base : le dire chaque minute n'y écrit rien."""

from datetime import datetime, timedelta

from django.core.cache import cache

CLE = "recouvrement:dernier-battement"
SILENCE_INQUIETANT = timedelta(minutes=15)


def noter_battement(maintenant: datetime) -> None:
    cache.set(CLE, maintenant.isoformat(), timeout=None)


def dernier_battement() -> datetime | None:
    """None : aucun battement connu (instance neuve, cache vidé)."""
    texte = cache.get(CLE)
    return datetime.fromisoformat(texte) if texte else None
