"""Le taux applicable, semestre par semestre, selon le régime et ce qui a été convenu.

- Taux supplétif entre professionnels : BCE + 10 points, jamais comparé au plancher.
- Taux stipulé entre professionnels : au moins trois fois le taux légal (C. com., art. L441-10, II).
  Sous le plancher, la sanction n'est pas tranchée : de la clause, du plancher et du taux
  supplétif, le plus bas qui ne descend pas sous la clause.
- Débiteur public : BCE + 8 points (code de la commande publique, art. R2192-31).
- Consommateur, créancier particulier : taux légal du créancier, ou taux écrit au contrat.
- Deux mois après une décision exécutoire : + 5 points, sur le seul taux légal (CMF, art. L313-3).

>>> from recouvrement.droit.taux import semestre
>>> grille(Regime.B2B, None)[semestre(date(2024, 1, 1))].taux
Decimal('14.50')
>>> grille(Regime.B2B, Decimal("3"))[semestre(date(2024, 1, 1))].taux
Decimal('14.50')
>>> grille(Regime.B2B, Decimal("15"))[semestre(date(2024, 1, 1))].taux
Decimal('15')
>>> grille(Regime.B2B, Decimal("3"))[semestre(date(2026, 7, 1))].taux
Decimal('8.25')
>>> grille(Regime.B2C, None, majoration=True)[semestre(date(2026, 7, 1))].taux
Decimal('7.75')
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from recouvrement.droit.regimes import Regime
from recouvrement.droit.taux import (
    MULTIPLE_PLANCHER,
    POINTS_SUPPLETIFS,
    LigneTaux,
    Serie,
    TableTaux,
    nom_semestre,
    premier_jour,
    serie_legale,
    table_publiee,
)
from recouvrement.socle.montants import arrondir

POINTS_MAJORATION = Decimal(5)
UN_JOUR = timedelta(days=1)


class Palier(NamedTuple):
    """Un taux, jusqu'à quand il vaut, et ce qui le fonde."""

    fin: date
    taux: Decimal
    fondement: str
    avertissement: str | None


@dataclass(frozen=True, slots=True)
class TauxStipule:
    """Ce que devient un taux stipulé entre professionnels face au plancher légal."""

    stipule: Decimal
    plancher: Decimal
    suppletif: Decimal

    @property
    def est_licite(self) -> bool:
        """Vrai si la clause respecte le plancher de trois fois le taux légal."""
        return self.stipule >= self.plancher

    @property
    def retenu(self) -> Decimal:
        """Le plus bas des trois qui ne descend pas sous la clause."""
        return max(self.stipule, min(self.plancher, self.suppletif))


class Grille(dict[int, Palier]):
    """Les paliers d'un régime, établis à la demande : seul un taux utilisé doit être connu."""

    def __init__(
        self,
        regime: Regime,
        taux_contractuel: Decimal | None,
        *,
        majoration: bool,
        table: TableTaux,
    ) -> None:
        super().__init__()
        self.regles = regime.regles
        self.fige = self.regles.taux_fige
        self.taux_contractuel = taux_contractuel if self.regles.taux_stipulable else None
        self.majoration = majoration
        self.table = table

    def __missing__(self, numero: int) -> Palier:
        if self.taux_contractuel is not None:
            taux, fondement, avertissement = self._stipule(numero, self.taux_contractuel)
        elif self.regles.points_bce is not None:
            taux, fondement, avertissement = self._bce(numero, self.regles.points_bce)
        else:
            taux, fondement, avertissement = self._legal(numero)
        # Débiteur public : le premier palier vaut pour tout le retard.
        fin = date.max if self.fige else premier_jour(numero + 1) - UN_JOUR
        palier = self[numero] = Palier(fin, taux, fondement, avertissement)
        return palier

    def _stipule(self, numero: int, stipule: Decimal) -> tuple[Decimal, str, str | None]:
        if not self.regles.plancher:
            return stipule, "taux stipulé au contrat (C. civ., art. 1231-6)", None
        legal = self.table.ligne(Serie.LEGAL_PROFESSIONNEL, numero)
        bce = self.table.ligne(Serie.BCE, numero)
        choix = TauxStipule(
            stipule, legal.valeur * MULTIPLE_PLANCHER, bce.valeur + POINTS_SUPPLETIFS
        )
        if choix.est_licite:
            return stipule, f"taux stipulé ({self.regles.fondement})", None
        origine = {
            choix.plancher: "plancher",
            choix.suppletif: "taux supplétif",
            choix.stipule: "taux stipulé",
        }[choix.retenu]
        return (
            choix.retenu,
            f"{origine}, le taux stipulé étant inférieur au plancher ({self.regles.fondement})",
            f"{nom_semestre(numero)} : taux stipulé de {pour_cent(stipule)} inférieur au plancher "
            f"de {pour_cent(choix.plancher)} (3 fois le taux légal) ; taux supplétif de "
            f"{pour_cent(choix.suppletif)} ; retenu, le plus bas qui ne descend "
            "pas sous la clause (point non tranché).",
        )

    def _bce(self, numero: int, points: Decimal) -> tuple[Decimal, str, str | None]:
        ligne = self.table.ligne(Serie.BCE, numero)
        return (
            ligne.valeur + points,
            f"BCE {pour_cent(ligne.valeur)} + {points} points ({self.regles.fondement})",
            _reserve(ligne, numero),
        )

    def _legal(self, numero: int) -> tuple[Decimal, str, str | None]:
        ligne = self.table.ligne(serie_legale(self.regles.creancier_professionnel), numero)
        fondement = f"taux légal ({self.regles.fondement})"
        if not self.majoration:
            return ligne.valeur, fondement, _reserve(ligne, numero)
        return (
            ligne.valeur + POINTS_MAJORATION,
            f"taux légal {pour_cent(ligne.valeur)} + {POINTS_MAJORATION} points (CMF, art. L313-3)",
            _reserve(ligne, numero),
        )


class GrilleDeGrace(dict[int, Palier]):
    """Pendant le délai de grâce, aucune pénalité de retard n'est encourue (C. civ., 1343-5)."""

    fige = False

    def __missing__(self, numero: int) -> Palier:
        palier = self[numero] = Palier(
            premier_jour(numero + 1) - UN_JOUR,
            Decimal("0.00"),
            "délai de grâce, pénalités non encourues (C. civ., art. 1343-5)",
            "Délai de grâce : les pénalités de retard ne sont pas comptées jusqu'à son terme "
            "(C. civ., art. 1343-5) ; à confirmer avec la décision.",
        )
        return palier


GRACE = GrilleDeGrace()


def pour_cent(taux: Decimal) -> str:
    """Le taux exact, à la française.

    >>> pour_cent(Decimal("12.40")), pour_cent(Decimal("10.1255"))
    ('12,40 %', '10,1255 %')
    """
    return f"{max(taux, arrondir(taux), key=_decimales)}".replace(".", ",") + " %"


def _decimales(taux: Decimal) -> int:
    exposant = taux.as_tuple().exponent
    return -exposant if isinstance(exposant, int) else 0


def _reserve(ligne: LigneTaux, numero: int) -> str | None:
    if not ligne.confiance.a_confirmer:
        return None
    return (
        f"{ligne.serie.libelle}, {nom_semestre(numero)} : {pour_cent(ligne.valeur)} à confirmer "
        f"({ligne.source})."
    )


@lru_cache(maxsize=128)
def grille(
    regime: Regime,
    taux_contractuel: Decimal | None,
    majoration: bool = False,
    table: TableTaux | None = None,
) -> Grille:
    """La grille de ce régime, gardée en mémoire pour toutes les factures qui la partagent."""
    return Grille(regime, taux_contractuel, majoration=majoration, table=table or table_publiee())
