"""Jusqu'à quand une promesse se laisse attendre."""

from datetime import date, timedelta

# Le temps qu'un virement fait le jour dit arrive.
GRACE = timedelta(days=3)


def se_laisse_attendre(pour_le: date, *, au: date) -> bool:
    """Vrai jusqu'à la fin du délai de grâce ; la promesse n'est rompue qu'après.

    >>> se_laisse_attendre(date(2026, 11, 20), au=date(2026, 11, 23))
    True
    >>> se_laisse_attendre(date(2026, 11, 20), au=date(2026, 11, 24))
    False
    """
    return pour_le >= attendue_depuis(au)


def attendue_depuis(au: date) -> date:
    """La plus ancienne date promise que l'on attend encore : la même règle, pour la base."""
    return au - GRACE
