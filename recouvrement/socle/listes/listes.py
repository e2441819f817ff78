"""Une liste déclarée : ses lignes, ses totaux, son état vide, ce que l'on en emporte."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import QueryDict

from recouvrement.socle.formats import pluriel
from recouvrement.socle.listes.criteres import (
    Criteres,
    Filtre,
    Onglets,
    lire_filtres,
)
from recouvrement.socle.listes.grilles import Sommes
from recouvrement.socle.listes.tableaux import Tableau
from recouvrement.socle.pages.pagination import ordonner
from recouvrement.socle.tableur.ecriture import Valeur


@dataclass(frozen=True, slots=True)
class Champ[L]:
    """Une colonne du fichier emporté."""

    titre: str
    valeur: Callable[[L], Valeur]


@dataclass(frozen=True, slots=True)
class Fichier[L]:
    """`nom` sans extension ; `adresses` : genre (« xlsx ») → où le demander."""

    nom: str
    feuille: str
    champs: tuple[Champ[L], ...]
    adresses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vide:
    titre: str
    texte: str = ""
    lien: str = ""
    action: str = ""
    lien2: str = ""
    action2: str = ""


@dataclass(frozen=True, slots=True)
class Mots:
    """Comment se comptent les lignes : « 3 factures », « 3 factures filtrées »."""

    un: str
    filtre: str = ""
    # Le total dit aussi à combien de clients : « 3 relances, 2 clients ».
    et_clients: bool = False

    def compter(self, sommes: Sommes, *, filtre: bool = False) -> str:
        compte = str(pluriel(sommes["nombre"], (filtre and self.filtre) or self.un))
        if self.et_clients and "clients" in sommes:
            return f"{compte}, {pluriel(sommes['clients'], 'client')}"
        return compte


def _telles_quelles(lignes: QuerySet[Any]) -> QuerySet[Any]:
    return lignes


def _une_a_une(objets: Sequence[Any]) -> Sequence[Any]:
    return objets


@dataclass(frozen=True, slots=True, kw_only=True)
class Liste[M: Model, L]:
    """`M`, ce que la base rend ; `L`, la ligne que l'on en fait."""

    # L'onglet choisi ; les filtres s'y ajoutent.
    source: Callable[[Criteres], QuerySet[M]]
    tableau: Callable[[Criteres], Tableau[L]]
    vide: Callable[[Criteres], Vide]
    tri_initial: str
    tris: Mapping[str, tuple[str, ...]]
    onglets: Onglets | None = None
    # Combien d'attente dans chaque onglet qui le dit.
    nombres: Callable[[], Mapping[str, int]] = dict
    filtres: tuple[Filtre[M], ...] = ()
    # Ce qu'il faut lire de plus pour montrer les lignes, et non pour les compter.
    avec: Callable[[Any], QuerySet[M]] = _telles_quelles
    en_lignes: Callable[[Sequence[M]], Sequence[L]] = _une_a_une
    # Avec « nombre ».
    sommes: Callable[[QuerySet[M]], Sommes] | None = None
    mots: Mots = Mots("ligne")
    sous_total: bool = False
    fichier: Fichier[L] | None = None

    def lire(self, parametres: QueryDict) -> Criteres:
        tri = parametres.get("tri", "")
        return Criteres(
            onglet=self._onglet(parametres),
            tri=tri if tri in self.tris else self.tri_initial,
            valeurs=lire_filtres(self.filtres, parametres),
        )

    def _onglet(self, parametres: QueryDict) -> str:
        if self.onglets is None:
            return ""
        return self.onglets.trouver(parametres.get(self.onglets.nom, "")).cle

    def ordre(self, criteres: Criteres) -> tuple[str, ...]:
        impose = self.onglets.trouver(criteres.onglet).ordre if self.onglets else ()
        return impose or self.tris[criteres.tri]

    def selection(self, criteres: Criteres) -> QuerySet[M]:
        lignes = self.source(criteres)
        for filtre in self.filtres:
            if filtre.nom in criteres.valeurs:
                lignes = filtre.appliquer(lignes, criteres.valeurs[filtre.nom], criteres)
        return lignes

    def rangees(self, criteres: Criteres) -> QuerySet[M]:
        """Toutes pages comprises, dans l'ordre où la page les montre."""
        return ordonner(self.avec(self.selection(criteres)), self.ordre(criteres))
