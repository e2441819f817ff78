"""Ce que l'application et ses processus enfants se disent d'un document."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.trames import MEGA

PAGES_PAR_PIECE = 1000
PAGES_PAR_LIASSE = 3000
POIDS_PAR_LIASSE = 60 * MEGA
# Un document bureautique est une archive : ce qu'elle peut devenir une fois ouverte.
DECOMPRESSE_MAX = 200 * MEGA


def trop_de_pages(pages: int) -> str:
    """La phrase du refus, vide si la pièce n'est pas trop longue."""
    if pages <= PAGES_PAR_PIECE:
        return ""
    return f"Ce PDF compte {pages} pages, {PAGES_PAR_PIECE} au plus : déposez-le en plusieurs."


class RenduImpossible(ErreurMetier):
    message = "Ce document ne peut pas être mis en page : un texte trop long, sans doute."


def liasse_demesuree(*, pages: int, poids: int) -> str:
    """La phrase du refus, vide si la liasse se fait."""
    if pages > PAGES_PAR_LIASSE:
        return (
            f"Cette liasse compte {pages} pages, {PAGES_PAR_LIASSE} au plus : retirez des pièces, "
            "ou faites-en deux."
        )
    if poids > POIDS_PAR_LIASSE:
        return (
            f"Cette liasse pèse {poids // MEGA} Mo, {POIDS_PAR_LIASSE // MEGA} au plus : allégez "
            "les pièces les plus lourdes, ou faites-en deux."
        )
    return ""


def en_pdf(reponse: object) -> tuple[bytes, int]:
    """Un PDF et son nombre de pages : la réponse d'un enfant se vérifie."""
    match reponse:
        case (bytes(octets), int(pages)):
            return octets, pages
    raise RenduImpossible


@dataclass(frozen=True, slots=True)
class Page:
    """Ce qu'il faut pour composer : tout est là, l'enfant ne cherche que ses polices."""

    html: bytes
    feuilles: tuple[str, ...]
    # Où sont les polices figées ; elles s'y écrivent au premier besoin.
    polices: str
    images: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    formulaire: bool = False


@dataclass(frozen=True, slots=True)
class Examen:
    """Ce qu'un fichier déposé est vraiment. `pages` vaut 0 quand il ne s'ouvre pas."""

    pages: int = 0
    # Les actions qu'il porte, par leur nom : « JavaScript », « Launch »…
    actif: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partie:
    """Un PDF d'une liasse ; `etranger` : il vient d'ailleurs, on en ôte ce qui agit."""

    octets: bytes
    etranger: bool = False
