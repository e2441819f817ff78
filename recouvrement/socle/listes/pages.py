"""La page d'une liste : ce que ses gabarits lisent, et rien de plus."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.http import QueryDict

from recouvrement.socle.listes import grilles
from recouvrement.socle.listes.adresses import adresse
from recouvrement.socle.listes.criteres import Criteres, Filtre, Genre
from recouvrement.socle.listes.grilles import Pied, Sommes, TableauMontre
from recouvrement.socle.listes.listes import Liste, Vide
from recouvrement.socle.listes.tableaux import Tableau
from recouvrement.socle.pages.pagination import Page, paginer


@dataclass(frozen=True, slots=True)
class OngletMontre:
    cle: str
    libelle: str
    lien: str
    est_courant: bool
    nombre: int | None


@dataclass(frozen=True, slots=True)
class ChampMontre:
    filtre: Filtre[Any]
    valeur: Any


@dataclass(frozen=True, slots=True)
class Jeton:
    """Un filtre posé, et l'adresse qui le retire."""

    texte: str
    lien: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeMontree:
    titre: str
    criteres: Criteres
    page: Page[Any]
    lignes: Sequence[Any]
    sommes: Sommes
    compte: str
    tableau: TableauMontre
    vide: Vide
    onglets: list[OngletMontre] = field(default_factory=list)
    champs: list[ChampMontre] = field(default_factory=list)
    # Ce que le formulaire des filtres garde de l'adresse : l'onglet, le tri, un lien suivi.
    gardes: list[tuple[str, str]] = field(default_factory=list)
    jetons: list[Jeton] = field(default_factory=list)
    tout_retirer: str = ""
    exports: list[tuple[str, str]] = field(default_factory=list)

    @property
    def est_restreinte(self) -> bool:
        """Par un filtre ou par un onglet : il y en a peut-être d'autres."""
        return bool(self.criteres.sont_actifs or self.criteres.onglet)


def montrer[M: Model, L](liste: Liste[M, L], parametres: QueryDict) -> ListeMontree:
    """La page demandée : ses lignes, ses totaux, et ce qui permet d'en changer."""
    criteres = liste.lire(parametres)
    selection = liste.selection(criteres)
    page = paginer(
        liste.avec(selection), ordre=liste.ordre(criteres), apres=parametres.get("apres")
    )
    lignes = liste.en_lignes(page.objets)
    sommes = liste.sommes(selection) if liste.sommes else {"nombre": len(lignes)}
    tableau = liste.tableau(criteres)
    return ListeMontree(
        titre=tableau.nom,
        criteres=criteres,
        page=page,
        lignes=lignes,
        sommes=sommes,
        compte=liste.mots.compter(sommes),
        tableau=grilles.montrer(
            tableau,
            lignes,
            pieds=_pieds(liste, tableau, page, lignes, sommes, criteres),
            parametres=parametres,
            tri=criteres.tri,
            tris=liste.tris,
        ),
        vide=liste.vide(criteres) if not lignes else Vide(""),
        onglets=onglets_montres(liste, criteres, parametres),
        champs=[
            ChampMontre(filtre, criteres.valeurs.get(filtre.nom))
            for filtre in liste.filtres
            if filtre.genre != Genre.LIEN
        ],
        gardes=_gardes(liste, criteres),
        jetons=_jetons(liste, criteres, parametres),
        tout_retirer=adresse(parametres, **dict.fromkeys(f.nom for f in liste.filtres)),
        exports=_exports(liste, parametres),
    )


def _pieds[L](
    liste: Liste[Any, L],
    tableau: Tableau[L],
    page: Page[Any],
    lignes: Sequence[L],
    sommes: Sommes,
    criteres: Criteres,
) -> list[Pied]:
    if liste.sommes is None:
        return []
    compte = liste.mots.compter(sommes, filtre=criteres.sont_actifs)
    total = grilles.pied(tableau, compte, sommes)
    if not liste.sous_total or page.est_unique:
        return total
    texte = f"Cette page, {liste.mots.compter({'nombre': len(lignes)})}"
    return [*grilles.pied(tableau, texte, grilles.sommes_de(tableau, lignes)), *total]


def onglets_montres(
    liste: Liste[Any, Any], criteres: Criteres, parametres: QueryDict
) -> list[OngletMontre]:
    if liste.onglets is None:
        return []
    nombres = liste.nombres()
    changes = dict.fromkeys(liste.onglets.retire)
    return [
        OngletMontre(
            onglet.cle,
            onglet.libelle,
            adresse(parametres, **changes | {liste.onglets.nom: onglet.cle}),
            onglet.cle == criteres.onglet,
            nombres.get(onglet.cle),
        )
        for onglet in liste.onglets.choix
    ]


def _gardes(liste: Liste[Any, Any], criteres: Criteres) -> list[tuple[str, str]]:
    gardes = []
    if liste.onglets is not None and criteres.onglet:
        gardes.append((liste.onglets.nom, criteres.onglet))
    if criteres.tri != liste.tri_initial:
        gardes.append(("tri", criteres.tri))
    suivis = [f.nom for f in liste.filtres if f.genre == Genre.LIEN]
    return [*gardes, *((n, str(criteres.valeurs[n])) for n in suivis if n in criteres.valeurs)]


def _jetons(liste: Liste[Any, Any], criteres: Criteres, parametres: QueryDict) -> list[Jeton]:
    return [
        Jeton(
            filtre.redire(criteres.valeurs[filtre.nom]), adresse(parametres, **{filtre.nom: None})
        )
        for filtre in liste.filtres
        if filtre.nom in criteres.valeurs
    ]


def _exports(liste: Liste[Any, Any], parametres: QueryDict) -> list[tuple[str, str]]:
    if liste.fichier is None:
        return []
    suite = adresse(parametres)
    return [(genre.upper(), f"{lien}{suite}") for genre, lien in liste.fichier.adresses.items()]
