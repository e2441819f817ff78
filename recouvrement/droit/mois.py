"""Ajouter des mois : même quantième, sinon le dernier jour du mois (CPC, art. 641, al. 2).

>>> ajouter_mois(date(2026, 1, 31), 1)
datetime.date(2026, 2, 28)
>>> ajouter_mois(date(2026, 8, 31), 6)
datetime.date(2027, 2, 28)
>>> ajouter_ans(date(2024, 2, 29), 1)
datetime.date(2025, 2, 28)
"""

from calendar import monthrange
from datetime import date


def ajouter_mois(jour: date, mois: int) -> date:
    """Le jour de même quantième, `mois` mois plus tard (ou plus tôt si négatif)."""
    rang = jour.year * 12 + jour.month - 1 + mois
    annee, mois_zero = divmod(rang, 12)
    return date(annee, mois_zero + 1, min(jour.day, monthrange(annee, mois_zero + 1)[1]))


def ajouter_ans(jour: date, ans: int) -> date:
    """Le jour de même quantième, `ans` années plus tard."""
    return ajouter_mois(jour, 12 * ans)


def fin_de_mois(jour: date) -> date:
    """Le dernier jour du mois de ce jour."""
    return jour.replace(day=monthrange(jour.year, jour.month)[1])
