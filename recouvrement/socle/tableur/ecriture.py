"""Écrire un tableau à télécharger : XLSX et CSV où aucune cellule ne devient une formule.

Ce qui vient d'un débiteur (son nom, son courriel) finit dans le tableur de la gestionnaire :
« =HYPERLINK(…) » doit y rester du texte. Les montants restent des nombres.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from recouvrement.socle import formats
from recouvrement.socle.temps import PARIS

TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPE_CSV = "text/csv; charset=utf-8"
LONGUEUR_TEXTE = 32_767
AMORCES = "=+-@＝＋－＠\t\r\n\x00"
FORMAT_MONTANT, FORMAT_JOUR, FORMAT_INSTANT = "#,##0.00", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"

_INTERDITS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

type Valeur = str | int | Decimal | date | datetime | bool | None


def classeur(titre: str, colonnes: Sequence[str], lignes: Iterable[Sequence[Valeur]]) -> bytes:
    """Un classeur d'une feuille, écrit au fil de l'eau : la mémoire ne suit pas les lignes."""
    livre = Workbook(write_only=True)
    feuille = livre.create_sheet(_titre_de_feuille(titre))
    feuille.freeze_panes = "A2"
    for rang, colonne in enumerate(colonnes, start=1):
        feuille.column_dimensions[get_column_letter(rang)].width = max(12, len(colonne) + 4)
    gras = Font(bold=True)
    neuve = partial(WriteOnlyCell, feuille)
    entete = [neuve(_propre(colonne)) for colonne in colonnes]
    for cellule in entete:
        cellule.font, cellule.data_type = gras, "s"
    feuille.append(entete)
    for ligne in lignes:
        feuille.append([_cellule(neuve, valeur) for valeur in ligne])
    sortie = io.BytesIO()
    livre.save(sortie)
    return sortie.getvalue()


def flux_csv(colonnes: Sequence[str], lignes: Iterable[Sequence[Valeur]]) -> Iterator[bytes]:
    """Les octets ligne à ligne, pour StreamingHttpResponse : « ; », virgule décimale, UTF-8."""
    tampon = io.StringIO()
    ecrivain = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    ecrivain.writerow([neutraliser(colonne) for colonne in colonnes])
    yield _vider(tampon)
    for valeurs in lignes:
        ecrivain.writerow([_texte(valeur) for valeur in valeurs])
        yield _vider(tampon)


def neutraliser(texte: str) -> str:
    """Une apostrophe devant ce qu'un tableur prendrait pour une formule, même après des blancs."""
    sans_nul = texte.replace("\x00", "")
    amorce = re.sub(r"^[\s\u200b-\u200f\ufeff]+", "", sans_nul)[:1]
    suspect = amorce and (amorce in AMORCES or unicodedata.normalize("NFKC", amorce) in "=+-@")
    if suspect or texte[:1] in ("\t", "\r", "\n", "\x00"):
        return f"'{sans_nul}"
    return sans_nul


def _titre_de_feuille(titre: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", _propre(titre)).strip()[:31] or "Feuille"


def _propre(texte: str) -> str:
    """Sans les caractères que XML 1.0 interdit (ni les demi-codes d'UTF-16)."""
    return texte if texte.isprintable() else _INTERDITS.sub("", texte)


def _cellule(neuve: Callable[..., Cell], valeur: Valeur) -> Cell | str | None:
    if isinstance(valeur, bool):
        valeur = "oui" if valeur else "non"
    if isinstance(valeur, Decimal | int | float):
        cellule = neuve(valeur)
        if not isinstance(valeur, int):
            cellule.number_format = FORMAT_MONTANT
        return cellule
    if isinstance(valeur, datetime):
        cellule = neuve(_heure_de_paris(valeur))
        cellule.number_format = FORMAT_INSTANT
        return cellule
    if isinstance(valeur, date):
        cellule = neuve(valeur)
        cellule.number_format = FORMAT_JOUR
        return cellule
    texte = "" if valeur is None else _propre(str(valeur))[:LONGUEUR_TEXTE]
    if not texte.startswith(("=", "#")):
        return texte or None
    # openpyxl ferait une formule de « =… », une erreur de « #N/A ».
    cellule = neuve(texte)
    cellule.data_type = "s"
    return cellule


def _texte(valeur: Valeur) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, Decimal | float):
        return f"{valeur:f}".replace(".", ",")
    if isinstance(valeur, int):
        return str(valeur)
    if isinstance(valeur, datetime):
        return formats.instant(_heure_de_paris(valeur))
    if isinstance(valeur, date):
        return formats.jour(valeur)
    return neutraliser(str(valeur))


def _heure_de_paris(instant: datetime) -> datetime:
    return instant.astimezone(PARIS).replace(tzinfo=None) if instant.tzinfo else instant


def _vider(tampon: io.StringIO) -> bytes:
    octets = tampon.getvalue().encode("utf-8", errors="replace")
    tampon.seek(0)
    tampon.truncate()
    return octets
