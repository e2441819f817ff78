"""La courbe des chiffres de tête : un tracé SVG, en attributs seulement."""

from collections.abc import Sequence
from decimal import Decimal

HAUT, BAS, LARGE = 6, 40, 100


def trace(valeurs: Sequence[Decimal]) -> tuple[str, str]:
    """Le chemin de la courbe et son dernier point, dans une vue de 100 × 44.

    >>> trace([Decimal(0), Decimal(10)])
    ('M0.0 40.0L100.0 6.0', 'M100.0 6.0h0')
    """
    if not valeurs:
        return "", ""
    bas, haut = min(valeurs), max(valeurs)
    etendue = haut - bas
    pas = LARGE / max(len(valeurs) - 1, 1)
    points = []
    for n, valeur in enumerate(valeurs):
        part = float((valeur - bas) / etendue) if etendue else 0.5
        points.append(f"{n * pas:.1f} {BAS - part * (BAS - HAUT):.1f}")
    return "M" + "L".join(points), f"M{points[-1]}h0"
