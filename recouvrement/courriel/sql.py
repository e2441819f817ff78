"""Le SQL que l'ORM ne sait pas dire : l'heure du serveur."""

from datetime import datetime

from recouvrement.socle.sql import executer


def heure_du_serveur() -> datetime:
    """PostgreSQL seul. Pas now() : elle s'arrête au début de la transaction."""
    [(heure,)] = executer("SELECT clock_timestamp()")
    lue: datetime = heure
    return lue
