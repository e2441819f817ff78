"""L'argent : des Decimal en euros, arrondis au centime, demi-centime vers le haut.

Usage constant ; aucun texte n'en impose d'autre.

>>> arrondir(Decimal("3.405"))
Decimal('3.41')
>>> arrondir(Decimal("2"))
Decimal('2.00')
>>> tronquer(Decimal("3.409"))
Decimal('3.40')
>>> est_au_centime(Decimal("3.400")), est_au_centime(Decimal("3.405"))
(True, False)
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENTIME = Decimal("0.01")
ZERO = Decimal("0.00")


def arrondir(montant: Decimal) -> Decimal:
    """Le montant au centime le plus proche ; à égale distance, celui de plus grande valeur."""
    return montant.quantize(CENTIME, ROUND_HALF_UP)


def tronquer(montant: Decimal) -> Decimal:
    """Le centime du dessous : des parts ainsi faites ne dépassent jamais leur total."""
    return montant.quantize(CENTIME, ROUND_DOWN)


def est_au_centime(montant: Decimal) -> bool:
    """Il n'a pas plus de deux décimales."""
    return montant == arrondir(montant)
