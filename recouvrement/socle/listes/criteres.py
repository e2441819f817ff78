"""Ce que dit l'adresse : l'onglet, les filtres, le tri. Une valeur fausse ne filtre pas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.http import QueryDict

from recouvrement.socle.formats import euros
from recouvrement.socle.formats import jour as en_jour
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date, lire_montant

LONGUEUR_RECHERCHE = 100

type Choix = Sequence[tuple[Any, str]]


class Genre(StrEnum):
    RECHERCHE = "recherche"
    CHOIX = "choix"
    JOUR = "jour"
    MONTANT = "montant"
    # Il vient d'un lien : il se retire, il ne se saisit pas.
    LIEN = "lien"


@dataclass(frozen=True, slots=True)
class Criteres:
    """`valeurs` : nom du paramètre → ce qu'il dit, une fois lu."""

    onglet: str = ""
    tri: str = ""
    valeurs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sont_actifs(self) -> bool:
        return bool(self.valeurs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtre[M: Model]:
    nom: str
    libelle: str
    genre: Genre
    # None, ou un refus : cette valeur ne filtre pas.
    lire: Callable[[str], Any]
    appliquer: Callable[[QuerySet[M], Any, Criteres], QuerySet[M]]
    # Comment il se redit une fois posé : « au moins 100,00 € ».
    redire: Callable[[Any], str] = str
    choix: Choix = ()
    tous: str = ""
    largeur: int = 24

    @property
    def est_un_choix(self) -> bool:
        return self.genre == Genre.CHOIX

    @property
    def est_un_jour(self) -> bool:
        return self.genre == Genre.JOUR

    @property
    def est_un_montant(self) -> bool:
        return self.genre == Genre.MONTANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Onglet:
    cle: str
    libelle: str
    titre: str = ""
    # L'ordre qu'il impose ; sinon celui du tri.
    ordre: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Onglets:
    nom: str
    choix: tuple[Onglet, ...]
    # Ceux que changer d'onglet retire.
    retire: tuple[str, ...] = ()

    def trouver(self, cle: str) -> Onglet:
        """Inconnu, c'est le premier."""
        return next((onglet for onglet in self.choix if onglet.cle == cle), self.choix[0])


def tris(**ordres: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Chaque tri dans les deux sens ; le premier champ seul se retourne.

    >>> tris(client=("client__nom", "le"))
    {'client': ('client__nom', 'le'), '-client': ('-client__nom', 'le')}
    """
    dans_les_deux_sens: dict[str, tuple[str, ...]] = {}
    for nom, (premier, *suite) in ordres.items():
        inverse = premier[1:] if premier.startswith("-") else f"-{premier}"
        dans_les_deux_sens |= {nom: (premier, *suite), f"-{nom}": (inverse, *suite)}
    return dans_les_deux_sens


def lire_filtres(filtres: Sequence[Filtre[Any]], parametres: QueryDict) -> dict[str, Any]:
    lus = {filtre.nom: _lire(filtre, parametres.get(filtre.nom, "")) for filtre in filtres}
    return {nom: valeur for nom, valeur in lus.items() if valeur is not None}


def _lire(filtre: Filtre[Any], texte: str) -> Any:
    try:
        return filtre.lire(texte) if texte else None
    except ValeurRefusee:
        return None


def par_champ[M: Model](
    champ: str,
) -> Callable[[QuerySet[M], Any, Criteres], QuerySet[M]]:
    """Le cas simple : `champ__gte`, comparé à la valeur."""

    def appliquer(lignes: QuerySet[M], valeur: Any, _criteres: Criteres) -> QuerySet[M]:
        return lignes.filter(**{champ: valeur})

    return appliquer


def recherche[M: Model](
    libelle: str,
    # `Any` : la recherche d'un queryset à nous, qui rend le sien.
    appliquer: Callable[[Any, str], QuerySet[M]],
    *,
    largeur: int = 24,
) -> Filtre[M]:
    return Filtre(
        nom="q",
        libelle=libelle,
        genre=Genre.RECHERCHE,
        lire=lambda texte: texte.strip()[:LONGUEUR_RECHERCHE] or None,
        appliquer=lambda lignes, texte, _: appliquer(lignes, texte),
        redire=lambda texte: f"« {texte} »",
        largeur=largeur,
    )


def choix[M: Model](
    nom: str,
    libelle: str,
    options: Choix,
    appliquer: Callable[[QuerySet[M], Any, Criteres], QuerySet[M]],
    *,
    tous: str = "Tous",
) -> Filtre[M]:
    libelles = dict(options)
    return Filtre(
        nom=nom,
        libelle=libelle,
        genre=Genre.CHOIX,
        lire=lambda texte: texte if texte in libelles else None,
        appliquer=appliquer,
        redire=lambda valeur: libelles[valeur],
        choix=options,
        tous=tous,
    )


def jours[M: Model](champ: str, du: str, au: str, mot: str) -> tuple[Filtre[M], Filtre[M]]:
    """Deux bornes, « du » et « au », sur un champ de date ; `mot` : « échéance », « reçu »."""
    return (
        un_jour("du", du, par_champ(f"{champ}__gte"), f"{mot} dès le"),
        un_jour("au", au, par_champ(f"{champ}__lte"), f"{mot} jusqu’au"),
    )


def un_jour[M: Model](
    nom: str,
    libelle: str,
    appliquer: Callable[[QuerySet[M], Any, Criteres], QuerySet[M]],
    mot: str,
) -> Filtre[M]:
    def redire(valeur: date) -> str:
        return f"{mot} {en_jour(valeur)}"

    return Filtre(
        nom=nom,
        libelle=libelle,
        genre=Genre.JOUR,
        lire=lire_date,
        appliquer=appliquer,
        redire=redire,
    )


def montant[M: Model](
    nom: str,
    libelle: str,
    appliquer: Callable[[QuerySet[M], Any, Criteres], QuerySet[M]],
) -> Filtre[M]:
    def redire(valeur: Decimal) -> str:
        return f"{libelle.lower()} {euros(valeur)}"

    return Filtre(
        nom=nom,
        libelle=libelle,
        genre=Genre.MONTANT,
        lire=lire_montant,
        appliquer=appliquer,
        redire=redire,
    )
