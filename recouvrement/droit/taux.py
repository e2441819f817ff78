"""Taux publiés, semestre par semestre : BCE et intérêt légal. Jamais d'extrapolation.

Le taux de refinancement qui compte est celui en vigueur au 1er janvier ou au 1er juillet : il vaut
pour tout le semestre, et un changement en cours de semestre est sans effet (C. com.,
art. L441-10, II). Le taux légal est fixé par arrêté semestriel, avec deux valeurs selon la qualité
du créancier (CMF, art. L313-2 et D313-1-A, depuis le 01/01/2015, début de la table).

>>> table = table_publiee()
>>> table.ligne(Serie.BCE, semestre(date(2026, 9, 30))).valeur
Decimal('2.40')
>>> table.ligne(serie_legale(True), semestre(date(2026, 3, 1))).valeur
Decimal('2.62')
>>> table.ligne(serie_legale(False), semestre(date(2026, 3, 1))).valeur
Decimal('6.67')
>>> table.ligne(Serie.BCE, semestre(date(2014, 12, 31)))
Traceback (most recent call last):
    ...
recouvrement.droit.taux.TauxInconnu: Taux BCE inconnu au 2e semestre 2014 : table à compléter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache

from recouvrement.droit.sources import Confiance, lire

POINTS_SUPPLETIFS = Decimal(10)
MULTIPLE_PLANCHER = 3
ALERTE = 15


class Serie(StrEnum):
    """Les trois séries de la table."""

    BCE = "bce"
    LEGAL_PROFESSIONNEL = "legal_professionnel"
    LEGAL_PARTICULIER = "legal_particulier"

    @property
    def libelle(self) -> str:
        """Le nom imprimé sur un décompte."""
        return {
            Serie.BCE: "Taux BCE",
            Serie.LEGAL_PROFESSIONNEL: "Taux légal (créancier professionnel)",
            Serie.LEGAL_PARTICULIER: "Taux légal (créancier particulier)",
        }[self]


class TauxInconnu(LookupError):
    """La table ne couvre pas le semestre demandé : elle est à compléter, pas à deviner."""

    def __init__(self, serie: Serie, semestre: int) -> None:
        self.serie = serie
        self.debut = premier_jour(semestre)
        super().__init__(
            f"{serie.libelle} inconnu au {nom_semestre(semestre)} : table à compléter."
        )


@dataclass(frozen=True, slots=True)
class LigneTaux:
    """Une publication : une valeur, le premier jour du semestre où elle vaut, sa source."""

    serie: Serie
    effet: date
    valeur: Decimal
    source: str
    confiance: Confiance = Confiance.VU

    def __post_init__(self) -> None:
        if self.effet != debut_semestre(self.effet):
            raise ValueError("Un taux prend effet un 1er janvier ou un 1er juillet.")
        if self.valeur < 0:
            raise ValueError("Un taux ne peut pas être négatif.")
        if not self.source.strip():
            raise ValueError("Un taux sans source ne peut pas entrer dans la table.")


class TableTaux:
    """Les taux connus. Immuable ; `avec` rend une table enrichie des lignes d'un opérateur.

    >>> ligne = LigneTaux(Serie.BCE, date(2027, 1, 1), Decimal("2.65"), "BCE, 16/09/2026")
    >>> table_publiee().avec([ligne]).ligne(Serie.BCE, semestre(date(2027, 2, 1))).valeur
    Decimal('2.65')
    """

    __slots__ = ("_lignes",)

    def __init__(self, lignes: Iterable[LigneTaux]) -> None:
        # La dernière ligne d'un même semestre l'emporte : l'opérateur corrige le fichier.
        self._lignes = {(ligne.serie, semestre(ligne.effet)): ligne for ligne in lignes}

    def __iter__(self) -> Iterator[LigneTaux]:
        return iter(sorted(self._lignes.values(), key=lambda ligne: (ligne.serie, ligne.effet)))

    def avec(self, lignes: Iterable[LigneTaux]) -> "TableTaux":
        """Une nouvelle table où ces lignes s'ajoutent ou remplacent."""
        return TableTaux([*self, *lignes])

    def ligne(self, serie: Serie, numero: int) -> LigneTaux:
        """La ligne du semestre de ce numéro, ou `TauxInconnu`."""
        try:
            return self._lignes[serie, numero]
        except KeyError:
            raise TauxInconnu(serie, numero) from None

    def connait(self, jour: date) -> bool:
        """Vrai si les trois taux du semestre de ce jour sont connus."""
        return all((serie, semestre(jour)) in self._lignes for serie in Serie)


@cache
def table_publiee() -> TableTaux:
    """La table livrée avec le produit (`donnees/taux.csv`), lue une fois."""
    return TableTaux(
        LigneTaux(
            serie=Serie(ligne["serie"]),
            effet=date.fromisoformat(ligne["effet"]),
            valeur=Decimal(ligne["valeur"]),
            source=ligne["source"],
            confiance=Confiance(ligne["confiance"]),
        )
        for ligne in lire("taux.csv")
    )


def semestre(jour: date) -> int:
    """Le numéro d'ordre du semestre : deux par an, consécutifs."""
    return jour.year * 2 + (jour.month > 6)


def premier_jour(numero: int) -> date:
    """Le premier jour du semestre de ce numéro."""
    return date(numero // 2, 7 if numero % 2 else 1, 1)


def nom_semestre(numero: int) -> str:
    """« 1er semestre 2026 »."""
    return f"{'2e' if numero % 2 else '1er'} semestre {numero // 2}"


def debut_semestre(jour: date) -> date:
    """Le 1er janvier ou le 1er juillet qui ouvre le semestre de ce jour."""
    return premier_jour(semestre(jour))


def serie_legale(creancier_professionnel: bool) -> Serie:
    """Celle des deux séries légales qui vaut pour ce créancier."""
    return Serie.LEGAL_PROFESSIONNEL if creancier_professionnel else Serie.LEGAL_PARTICULIER


def semestre_suivant_manquant(
    au: date, table: TableTaux | None = None, jours: int = ALERTE
) -> date | None:
    """Le premier jour du semestre à saisir : celui en cours, ou le suivant `jours` avant.

    >>> semestre_suivant_manquant(date(2026, 12, 16))
    >>> semestre_suivant_manquant(date(2026, 12, 17))
    datetime.date(2027, 1, 1)
    """
    table = table or table_publiee()
    if not table.connait(au):
        return debut_semestre(au)
    suivant = premier_jour(semestre(au) + 1)
    if (suivant - au).days <= jours and not table.connait(suivant):
        return suivant
    return None
