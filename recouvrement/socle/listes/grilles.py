"""Un tableau prêt pour le gabarit : en-têtes, corps écrit d'un trait, pied.

Le corps s'écrit ici plutôt que dans le gabarit : trois cents cellules parcourues par lui
coûteraient à la page la moitié de son temps. Seuls les fragments lui restent.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from recouvrement.socle.formats import entier, jour, moment
from recouvrement.socle.listes.adresses import adresse
from recouvrement.socle.listes.tableaux import Colonne, Lot, Tableau
from recouvrement.socle.montants import ZERO

type Sommes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entete:
    titre: str
    classe: str = ""
    lien: str = ""
    # « ascending » ou « descending » : la liste est dans cet ordre.
    ordre: str = ""
    est_lu: bool = False

    @property
    def attributs(self) -> str:
        classe = format_html(' class="{}"', self.classe) if self.classe else ""
        ordre = format_html(' aria-sort="{}"', self.ordre) if self.ordre else ""
        return format_html("{}{}", classe, ordre)

    @property
    def fleche(self) -> str:
        signe = {"ascending": "▲", "descending": "▼"}.get(self.ordre)
        return format_html(' <span aria-hidden="true">{}</span>', signe) if signe else ""


@dataclass(frozen=True, slots=True)
class Pied:
    texte: str
    etendue: int
    cellules: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Morceau:
    """Du texte déjà écrit, puis, s'il y en a un, le fragment de la cellule qu'il ouvre."""

    texte: str
    gabarit: str = ""
    ligne: Any = None


@dataclass(frozen=True, slots=True)
class TableauMontre:
    tableau: Tableau[Any]
    entetes: list[Entete]
    corps: list[Morceau]
    pieds: list[Pied]

    @property
    def nom(self) -> str:
        return self.tableau.nom

    @property
    def legende(self) -> str:
        return self.tableau.legende

    @property
    def lot(self) -> Lot[Any] | None:
        return self.tableau.lot

    @property
    def classes(self) -> str:
        noms = ["registre", *(["repli"] if self.tableau.se_replie else [])]
        return " ".join([*noms, *(["cochable"] if self.lot else [])])


def montrer[L](
    tableau: Tableau[L],
    lignes: Iterable[L],
    *,
    pieds: Sequence[Pied] = (),
    parametres: QueryDict | None = None,
    tri: str = "",
    tris: Collection[str] = (),
) -> TableauMontre:
    """`tris` : ceux que l'adresse (`parametres`) peut demander, et celui qu'elle demande."""
    return TableauMontre(
        tableau,
        list(_entetes(tableau, parametres, tri, tris)),
        list(corps(tableau, lignes)),
        list(pieds),
    )


def pied[L](tableau: Tableau[L], texte: str, sommes: Sommes) -> list[Pied]:
    """Une ligne de sommes, ou aucune si nulle colonne ne s'additionne."""
    colonnes = tableau.colonnes
    premiere = next((rang for rang, c in enumerate(colonnes) if c.somme), None)
    if premiere is None:
        return []
    cellules = tuple(
        (c.classe, c.format(sommes[c.somme]) if c.somme else "") for c in colonnes[premiere:]
    )
    return [Pied(texte, premiere, cellules)]


def sommes_de[L](tableau: Tableau[L], lignes: Sequence[L]) -> Sommes:
    return {
        c.somme: sum((c.valeur(ligne) or ZERO for ligne in lignes), ZERO)
        for c in tableau.colonnes
        if c.somme
    }


def corps[L](tableau: Tableau[L], lignes: Iterable[L]) -> Iterator[Morceau]:
    balises = [(colonne, *_balises(colonne)) for colonne in tableau.colonnes]
    texte = ""
    for ligne in lignes:
        texte += _debut(tableau, ligne)
        for colonne, ouvre, ferme in balises:
            if colonne.gabarit:
                yield Morceau(SafeString(texte + ouvre), colonne.gabarit, ligne)
                texte = ferme
            else:
                texte += f"{ouvre}{_cellule(colonne, ligne)}{ferme}"
        texte += "</tr>"
    yield Morceau(SafeString(texte))


def _balises(colonne: Colonne[Any]) -> tuple[str, str]:
    """Celles d'une colonne, les mêmes à chaque ligne."""
    classe = format_html(' class="{}"', colonne.classe) if colonne.classe else ""
    if colonne.est_titre:
        return format_html('<th scope="row"{}>', classe), "</th>"
    return format_html("<td{}>", classe), "</td>"


def _debut[L](tableau: Tableau[L], ligne: L) -> str:
    classe = tableau.classe_de(ligne)
    debut = format_html('<tr class="{}">', classe) if classe else "<tr>"
    lot = tableau.lot
    if lot is None:
        return debut
    nom, cochee = conditional_escape(lot.nom_de(ligne)), " checked" if lot.sont_cochees else ""
    case = f'type="checkbox" name="{lot.champ}" value="{lot.cle(ligne)}" aria-label="{nom}"'
    return f"{debut}<td><input {case}{cochee}></td>"


def _cellule[L](colonne: Colonne[L], ligne: L) -> str:
    """Sûre : tout ce qui vient d'ailleurs y est échappé."""
    valeur = colonne.valeur(ligne)
    if valeur is None or valeur == "":
        return ""
    if colonne.zero is not None and not valeur:
        return format_html('<span class="discret">{}</span>', colonne.zero) if colonne.zero else ""
    texte = conditional_escape(colonne.format(valeur))
    if colonne.lien is None:
        return texte
    return f'<a href="{conditional_escape(colonne.lien(ligne))}">{texte}</a>'


def en_temps(valeur: date | datetime) -> str:
    """Le jour, et sa forme que les machines lisent."""
    return SafeString(f'<time datetime="{valeur.isoformat()}">{jour(valeur)}</time>')


def en_temps_exact(valeur: datetime) -> str:
    """L'instant : « 21/11/2026 à 10 h 14 »."""
    return SafeString(f'<time datetime="{valeur.isoformat()}">{moment(valeur)}</time>')


def en_jours(nombre: int) -> str:
    """Un retard : « 12 j »."""
    return f"{entier(nombre)} j"


def _entetes[L](
    tableau: Tableau[L], parametres: QueryDict | None, tri: str, tris: Collection[str]
) -> Iterator[Entete]:
    for colonne in tableau.colonnes:
        if parametres is None or not colonne.tri or colonne.tri not in tris:
            yield Entete(colonne.titre, colonne.classe, est_lu=colonne.titre_lu)
            continue
        trie, descend = tri.lstrip("-") == colonne.tri, tri.startswith("-")
        ordre = ("descending" if descend else "ascending") if trie else ""
        suivant = f"-{colonne.tri}" if trie and not descend else colonne.tri
        yield Entete(colonne.titre, colonne.classe, adresse(parametres, tri=suivant), ordre)
