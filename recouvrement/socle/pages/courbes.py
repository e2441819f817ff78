"""La courbe des chiffres de tête : un tracé SVG, en attributs seulement."""

from collections.abc import Sequence
from dataclasses import dataclass
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


# La vue des barres : 524 × 194, l'axe en bas, l'échelle à gauche.
PIED, SOMMET, MARGE, LARGEUR = 170, 24, 58, 462


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une barre du graphique, à sa place ; `valeur` s'écrit au-dessus."""

    libelle: str
    valeur: Decimal
    x: int
    y: int
    largeur: int
    hauteur: int

    @property
    def milieu(self) -> int:
        return self.x + self.largeur // 2

    @property
    def dessus(self) -> int:
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Graduation:
    y: int
    valeur: Decimal

    @property
    def ligne_de_base(self) -> int:
        return self.y + 4


def plafond(valeurs: Sequence[Decimal]) -> Decimal:
    """Le haut de l'échelle : 1, 2 ou 5 fois une puissance de dix.

    >>> plafond([Decimal(6420), Decimal(9150)])
    Decimal('10000')
    """
    haut = max(valeurs, default=Decimal(0))
    if haut <= 0:
        return Decimal(1)
    unite = Decimal(10) ** haut.adjusted()
    pas = next(n for n in (1, 2, 5, 10) if n * unite >= haut)
    return Decimal(int(pas * unite)) if pas * unite >= 1 else pas * unite


def colonnes(lignes: Sequence[tuple[str, Decimal]]) -> list[Colonne]:
    """Des barres sur une échelle commune, qui part de zéro."""
    haut = plafond([valeur for _, valeur in lignes])
    pas = LARGEUR // max(len(lignes), 1)
    barre = pas * 3 // 5
    posees = []
    for rang, (libelle, valeur) in enumerate(lignes):
        hauteur = round(valeur / haut * (PIED - SOMMET))
        x = MARGE + rang * pas + (pas - barre) // 2
        posees.append(Colonne(libelle, valeur, x, PIED - hauteur, barre, hauteur))
    return posees


def graduations(lignes: Sequence[tuple[str, Decimal]]) -> list[Graduation]:
    """La moitié et le haut de l'échelle."""
    haut = plafond([valeur for _, valeur in lignes])
    return [
        Graduation((PIED + SOMMET) // 2, haut / 2),
        Graduation(SOMMET, haut),
    ]
