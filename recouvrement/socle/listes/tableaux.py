"""Un tableau déclaré : ses colonnes, et ce que l'on fait des lignes cochées."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _rien(_ligne: Any) -> None:
    return None


def _tel_quel(valeur: Any) -> str:
    # Un texte déjà sûr le reste ; `str` le ferait échapper deux fois.
    return valeur if isinstance(valeur, str) else str(valeur)


def _sans_classe(_ligne: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colonne[L]:
    """Une valeur et sa forme, ou le fragment qui l'écrit (`gabarit` reçoit `ligne`)."""

    titre: str
    valeur: Callable[[L], Any] = _rien
    format: Callable[[Any], str] = _tel_quel
    gabarit: str = ""
    lien: Callable[[L], str] | None = None
    classe: str = ""
    tri: str = ""
    # Le nom de sa somme, parmi celles de la liste.
    somme: str = ""
    # Ce qui s'écrit à la place de zéro ; None : zéro s'écrit.
    zero: str | None = None
    # Elle nomme sa ligne.
    est_titre: bool = False
    # Son titre ne s'entend qu'à la lecture : « Action ».
    titre_lu: bool = False


@dataclass(frozen=True, slots=True)
class Geste:
    libelle: str
    valeur: str = ""
    icone: str = ""
    est_principal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot[L]:
    """Des cases à cocher devant les lignes, et ce que l'on fait de celles qui le sont."""

    vers: str
    champ: str
    cle: Callable[[L], int]
    nom_de: Callable[[L], str]
    aide: str
    # « facture,factures »
    mots: str
    gestes: tuple[Geste, ...]
    # Ce que le formulaire porte encore, caché.
    porte: tuple[tuple[str, str], ...] = ()
    # La case « toute la liste », au-delà de la page.
    propose_tout: bool = False
    sont_cochees: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tableau[L]:
    nom: str
    colonnes: tuple[Colonne[L], ...]
    legende: str = ""
    classe_de: Callable[[L], str] = _sans_classe
    lot: Lot[L] | None = None
    # Sur un téléphone, chaque ligne se replie en une fiche.
    se_replie: bool = True
