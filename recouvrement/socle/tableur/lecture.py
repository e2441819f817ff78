"""Lire un tableau déposé : CSV, XLSX ou ODS → des en-têtes et des lignes numérotées.

Le contenu vient d'inconnus : tout est borné, tout échec est une phrase. Les classeurs se
lisent de préférence dans un processus à part : le lecteur binaire alloue ce que le fichier dit.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.saisies.valeurs import Cellule, en_cellule, est_vide, lire_texte
from recouvrement.socle.tableur.encodages import NOMS, Lecture, encodage_sur, lectures_possibles

MEGA = 1024 * 1024
PLAFOND_OCTETS = 20 * MEGA
PLAFOND_LIGNES = 50_000
PLAFOND_COLONNES = 200
PLAFOND_CELLULE = 32_767
PLAFOND_DECOMPRESSE = 150 * MEGA
PLAFOND_ENTREES = 500
PLAFOND_FEUILLES = 20
# Un titre, une adresse, une date d'édition précèdent souvent les en-têtes.
LIGNES_AVANT_ENTETES = 20
SEPARATEURS = (";", "\t", ",")


class FichierIllisible(ErreurMetier):
    """Le fichier entier est refusé ; le message dit pourquoi."""

    message = "Ce fichier ne peut pas être lu."


@dataclass(frozen=True, slots=True)
class Ligne:
    """`numero` est celui que montre le tableur, en-tête compris."""

    numero: int
    cellules: tuple[Cellule, ...]

    def cellule(self, indice: int) -> Cellule:
        return self.cellules[indice] if 0 <= indice < len(self.cellules) else None


@dataclass(frozen=True, slots=True)
class Feuille:
    entetes: list[str]
    lignes: list[Ligne]
    # Comment on l'a lu, montré à la personne : « point-virgule, Windows-1252 ».
    lecture: str = ""


type NoteEntetes = Callable[[Sequence[str]], int]


class EncodageDouteux(FichierIllisible):
    """Plusieurs lectures se valent : une personne dit laquelle."""

    def __init__(self, lectures: tuple[Lecture, ...]) -> None:
        self.lectures = lectures
        super().__init__("L'encodage de ce fichier est incertain : il se choisit ci-dessus.")


def lire_csv(octets: bytes, *, noter: NoteEntetes | None = None, encodage: str = "") -> Feuille:
    """`noter` compte les en-têtes reconnus d'une ligne : la mieux notée est l'en-tête.

    `encodage` : celui qu'une personne a choisi ; sans lui, le doute se demande.
    """
    verifier_taille(len(octets), PLAFOND_OCTETS)
    texte, encodage = _decoder(octets, encodage)
    separateur = _separateur(texte)
    nom = {";": "point-virgule", "\t": "tabulation", ",": "virgule"}[separateur]
    return _en_feuille(_lignes_csv(texte, separateur), noter, f"{nom}, {encodage}")


def lire_classeur(octets: bytes, *, noter: NoteEntetes | None = None) -> Feuille:
    """La feuille visible où l'on reconnaît le plus d'en-têtes ; à défaut la première remplie."""
    verifier_taille(len(octets), PLAFOND_OCTETS)
    verifier_archive(octets)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(octets)) as classeur:
            noms = [
                meta.name
                for meta in classeur.sheets_metadata
                if "Hidden" not in str(meta.visible) and "WorkSheet" in str(meta.typ)
            ]
            if nom := _meilleure_feuille(classeur, noms, noter):
                lignes = _lignes_classeur(classeur.get_sheet_by_name(nom))
                return _en_feuille(lignes, noter, _dire_feuille(nom, noms))
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as erreur:
        if "assword" in str(erreur):
            raise FichierIllisible("Ce classeur est protégé par un mot de passe.") from erreur
        raise FichierIllisible("Ce classeur est abîmé ou tronqué.") from erreur
    raise FichierIllisible("Ce classeur ne contient aucune donnée.")


def _meilleure_feuille(
    classeur: CalamineWorkbook, noms: Sequence[str], noter: NoteEntetes | None
) -> str:
    """Le nom de la feuille à lire ; une notice en tête du classeur ne cache pas les factures."""
    choisie, meilleure = "", -1
    for nom in noms[:PLAFOND_FEUILLES]:
        feuille = classeur.get_sheet_by_name(nom)
        if not feuille.height:
            continue
        debut = islice(feuille.iter_rows(), LIGNES_AVANT_ENTETES)
        note = max(
            (noter([lire_texte(en_cellule(c)) for c in rang]) if noter else 0 for rang in debut),
            default=0,
        )
        if note > meilleure:
            choisie, meilleure = nom, note
    return choisie


def _dire_feuille(nom: str, noms: Sequence[str]) -> str:
    autres = len(noms) - 1
    suite = f", {autres} autre{'s' if autres > 1 else ''} non lue{'s' if autres > 1 else ''}"
    return f"feuille « {nom} »{suite if autres else ''}"


def verifier_taille(taille: int, plafond: int) -> None:
    """À appeler avec la taille annoncée, avant même de lire."""
    if taille > plafond:
        raise FichierIllisible(
            f"Ce fichier pèse {_mega(taille)} : la limite est de {plafond // MEGA} Mo."
        )
    if not taille:
        raise FichierIllisible("Ce fichier est vide.")


def verifier_archive(octets: bytes) -> None:
    """Refuse la bombe avant d'en décompresser un octet, sur ce qu'elle annonce d'elle-même."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            entrees = archive.infolist()
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError) as erreur:
        raise FichierIllisible("Ce classeur est abîmé ou tronqué.") from erreur
    if len(entrees) > PLAFOND_ENTREES:
        raise FichierIllisible(f"Ce classeur contient {len(entrees)} éléments : il est refusé.")
    if any(entree.flag_bits & 0x1 for entree in entrees):
        raise FichierIllisible("Ce classeur est protégé par un mot de passe.")
    total = sum(entree.file_size for entree in entrees)
    if total > PLAFOND_DECOMPRESSE:
        raise FichierIllisible(
            f"Ce classeur occuperait {_mega(total)} une fois décompressé : il est refusé."
        )


def _mega(taille: int) -> str:
    return f"{max(taille // MEGA, 1)} Mo"


def _decoder(octets: bytes, choisi: str) -> tuple[str, str]:
    code = choisi or encodage_sur(octets)
    if not code:
        if lectures := lectures_possibles(octets):
            raise EncodageDouteux(lectures)
        raise FichierIllisible("Ce fichier n'est pas du texte : ce n'est pas un CSV.")
    try:
        return octets.decode(code), NOMS[code]
    except UnicodeDecodeError as erreur:
        raise FichierIllisible("Ce fichier n'est pas du texte lisible.") from erreur


def _separateur(texte: str) -> str:
    """Celui qui découpe le plus régulièrement les premières lignes ; « ; » à égalité."""
    debut = io.StringIO(texte[:65_536], newline="")
    premieres = [ligne for ligne in debut.read().splitlines() if ligne.strip()][:20]
    if premieres and premieres[0].lower().startswith("sep=") and premieres[0][4:5] in SEPARATEURS:
        return premieres[0][4]

    def merite(separateur: str) -> tuple[int, int]:
        comptes = [_hors_guillemets(ligne).count(separateur) for ligne in premieres]
        reguliers = max((comptes.count(n) for n in set(comptes) if n), default=0)
        return reguliers, max(comptes, default=0)

    return max(SEPARATEURS, key=merite)


def _hors_guillemets(ligne: str) -> str:
    return "".join(ligne.split('"')[::2])


def _lignes_csv(texte: str, separateur: str) -> Iterator[tuple[int, Sequence[Cellule]]]:
    csv.field_size_limit(PLAFOND_CELLULE)
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    suivant = 1
    try:
        # Une cellule sur plusieurs lignes avance line_num : on numérote par son début.
        for cellules in lecteur:
            yield suivant, cellules
            suivant = lecteur.line_num + 1
    except csv.Error as erreur:
        raise FichierIllisible(
            f"Ce fichier CSV ne se lit plus à partir de la ligne {suivant} "
            "(guillemet non fermé ou cellule démesurée)."
        ) from erreur


def _lignes_classeur(feuille: CalamineSheet) -> Iterator[tuple[int, Sequence[Cellule]]]:
    premiere = feuille.start[0] if feuille.start else 0
    for rang, cellules in enumerate(feuille.iter_rows()):
        # iter_rows rend aussi les lignes vides du haut, ou les saute : total_height le dit.
        yield (
            rang + 1 + (premiere if feuille.total_height != feuille.height else 0),
            [None if valeur == "" else en_cellule(valeur) for valeur in cellules],
        )


def _en_feuille(
    rangees: Iterable[tuple[int, Sequence[Cellule]]], noter: NoteEntetes | None, lecture: str
) -> Feuille:
    lignes: list[Ligne] = []
    for numero, cellules in rangees:
        utiles = _sans_fin_vide(cellules)
        if not utiles:
            continue
        if len(utiles) > PLAFOND_COLONNES:
            raise FichierIllisible(f"La ligne {numero} a plus de {PLAFOND_COLONNES} colonnes.")
        if any(isinstance(c, str) and len(c) > PLAFOND_CELLULE for c in utiles):
            raise FichierIllisible(f"La ligne {numero} contient une cellule démesurée.")
        if len(lignes) > PLAFOND_LIGNES + LIGNES_AVANT_ENTETES:
            break
        lignes.append(Ligne(numero, tuple(utiles)))
    if not lignes:
        raise FichierIllisible("Ce fichier ne contient aucune donnée.")
    rang = _rang_entetes(lignes[:LIGNES_AVANT_ENTETES], noter)
    corps = lignes[rang + 1 :]
    if len(corps) > PLAFOND_LIGNES:
        limite = f"{PLAFOND_LIGNES:,}".replace(",", "\u202f")
        raise FichierIllisible(f"Ce fichier dépasse {limite} lignes : partagez-le.")
    largeur = max(len(ligne.cellules) for ligne in lignes[rang:])
    textes = [lire_texte(cellule)[:200] for cellule in lignes[rang].cellules]
    entetes = textes + [""] * (largeur - len(textes))
    return Feuille(entetes, corps, lecture)


def _sans_fin_vide(cellules: Sequence[Cellule]) -> Sequence[Cellule]:
    fin = len(cellules)
    while fin and est_vide(cellules[fin - 1]):
        fin -= 1
    return cellules[:fin]


def _rang_entetes(lignes: Sequence[Ligne], noter: NoteEntetes | None) -> int:
    """La ligne où l'on reconnaît le plus d'en-têtes ; à défaut la première qui en a plusieurs."""
    notes = [
        noter([lire_texte(cellule) for cellule in ligne.cellules]) if noter else 0
        for ligne in lignes
    ]
    if notes and max(notes) >= 2:
        return notes.index(max(notes))
    for rang, ligne in enumerate(lignes):
        if sum(not est_vide(cellule) for cellule in ligne.cellules) >= 2:
            return rang
    return 0
