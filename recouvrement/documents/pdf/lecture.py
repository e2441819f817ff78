"""Ouvrir les fichiers venus d'ailleurs, dans un processus enfant : compter, inventorier, fusionner.

Ce qui agit à l'ouverture (script, lancement, fichier enfermé) est nommé, et ôté de ce que l'on
scelle ; le fichier déposé, lui, reste à l'octet près.
"""

import io
import zipfile
from collections.abc import Iterator

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from recouvrement.documents.pdf.demandes import (
    DECOMPRESSE_MAX,
    Examen,
    Partie,
    liasse_demesuree,
    trop_de_pages,
)
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.trames import MEGA

# Des clés qui ne servent qu'à agir, ou à enfermer autre chose que des pages.
CLES = {
    "/JavaScript": "JavaScript",
    "/JS": "JavaScript",
    "/AA": "actions automatiques (AA)",
    "/XFA": "formulaire XFA",
    "/EmbeddedFiles": "fichier joint (EmbeddedFile)",
    "/EF": "fichier joint (EmbeddedFile)",
    "/RichMediaContent": "RichMedia",
    "/RichMediaSettings": "RichMedia",
}
# Les deux qu'une police ou une image a pu porter pour nom ; les autres n'ont pas d'innocents.
NOMS_PORTES = ("/JS", "/AA")
FICHIER = "/EmbeddedFile"
# Ce que peut faire une action (ISO 32000, 12.6) : aller dans le document ou ouvrir un lien, non.
ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "Launch",
    "/SubmitForm": "SubmitForm",
    "/ImportData": "ImportData",
    "/ResetForm": "ResetForm",
    "/GoToR": "GoToR",
    "/GoToE": "GoToE",
    "/Rendition": "Rendition",
    "/Movie": "Movie",
    "/Sound": "Sound",
    "/RichMediaExecute": "RichMedia",
    "/GoTo3DView": "3D",
    "/Hide": "Hide",
    "/SetOCGState": "SetOCGState",
}
ANNOTATIONS = {
    "/RichMedia": "RichMedia",
    "/FileAttachment": "fichier joint (EmbeddedFile)",
    "/Screen": "Screen",
    "/Movie": "Movie",
    "/Sound": "Sound",
    "/3D": "3D",
}
# Le XML d'une facture électronique : il est lu, jamais exécuté.
INOFFENSIFS = (".xml",)
ENFERME = "fichier joint (EmbeddedFile)"


def faire(demande: tuple[object, ...]) -> object:
    match demande:
        case ("examiner", str(genre), bytes(octets)):
            return examiner(genre, octets)
        case ("fusionner", list(parties)):
            return fusionner(parties)
    raise ValueError("Demande inconnue.")


def examiner(genre: str, octets: bytes) -> Examen:
    """Un PDF abîmé ou chiffré reste une preuve, sans pages ; une bombe, non."""
    return _examiner_pdf(octets) if genre == "pdf" else _examiner_zip(octets)


def _examiner_zip(octets: bytes) -> Examen:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            entrees = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return Examen()
    if sum(entree.file_size for entree in entrees) > DECOMPRESSE_MAX:
        raise ErreurMetier(
            f"Ce document dépasse {DECOMPRESSE_MAX // MEGA} Mo une fois décompressé : "
            "il est refusé."
        )
    noms = [entree.filename for entree in entrees]
    macros = any(nom.endswith("vbaProject.bin") or nom.startswith("Basic/") for nom in noms)
    return Examen(actif=("macros",) if macros else ())


def _examiner_pdf(octets: bytes) -> Examen:
    lecteur = _ouvrir(octets)
    if lecteur is None:
        return Examen()
    annoncees = _pages_annoncees(lecteur)
    if phrase := trop_de_pages(annoncees):
        raise ErreurMetier(phrase)
    try:
        pages = len(lecteur.pages)
        actif = inventaire(lecteur.root_object)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf lève de tout sur un fichier abîmé
        return Examen()
    if phrase := trop_de_pages(pages):
        raise ErreurMetier(phrase)
    return Examen(pages=pages, actif=actif)


def _ouvrir(octets: bytes) -> PdfReader | None:
    """Le lecteur d'un PDF que l'on sait lire ; None s'il est protégé, abîmé ou vide."""
    try:
        lecteur = PdfReader(io.BytesIO(octets))
        return None if lecteur.is_encrypted or lecteur.root_object is None else lecteur
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf lève de tout sur un fichier abîmé
        return None


def _pages_annoncees(lecteur: PdfReader) -> int:
    """Le compte que porte l'arbre : le parcourir coûte une minute pour soixante mille pages."""
    try:
        arbre = lecteur.root_object["/Pages"].get_object()
        return int(arbre.get("/Count", 0)) if isinstance(arbre, DictionaryObject) else 0
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf lève de tout sur un fichier abîmé
        return 0


def inventaire(racine: DictionaryObject) -> tuple[str, ...]:
    """Les noms de ce qui agit ; les noms échappés (`/J#53`) sont déjà rétablis par le lecteur."""
    trouves: set[str] = set()
    noms_libres = _noms_libres(racine)
    for objet in _parcourir(racine):
        if isinstance(objet, DictionaryObject):
            libre = id(objet) in noms_libres
            trouves |= {CLES[cle] for cle, v in objet.items() if _arme(cle, v, libre=libre)}
            if _nom(objet, "/Type") == FICHIER:
                trouves.add(ENFERME)
            trouves.add(ACTIONS.get(_nom(objet, "/S"), ""))
            trouves.add(ANNOTATIONS.get(_nom(objet, "/Subtype"), ""))
    trouves.discard("")
    if ENFERME in trouves and _ne_joint_que_du_xml(racine):
        trouves.discard(ENFERME)
    return tuple(sorted(trouves))


def _ne_joint_que_du_xml(racine: DictionaryObject) -> bool:
    noms = [
        str(objet.get("/UF", objet.get("/F", "")))
        for objet in _parcourir(racine)
        if isinstance(objet, DictionaryObject) and "/EF" in objet
    ]
    return bool(noms) and all(nom.lower().endswith(INOFFENSIFS) for nom in noms)


def _parcourir(racine: PdfObject) -> Iterator[PdfObject]:
    """Tout ce que la racine atteint, une fois chacun, sans récursion : un PDF peut être profond."""
    vus: set[tuple[int, int]] = set()
    pile: list[PdfObject] = [racine]
    while pile:
        objet = pile.pop()
        if isinstance(objet, IndirectObject):
            if (reference := (objet.idnum, objet.generation)) in vus:
                continue
            vus.add(reference)
            vise = objet.get_object()
            if vise is None:
                continue
            objet = vise
        yield objet
        if isinstance(objet, DictionaryObject):
            pile.extend(objet.values())
        elif isinstance(objet, ArrayObject):
            pile.extend(objet)


def fusionner(parties: list[Partie]) -> tuple[bytes, int]:
    """Un seul PDF, dans l'ordre. Le premier, s'il est à nous, garde ses champs et son balisage."""
    premier, *suite = parties
    ecrivain = PdfWriter(clone_from=io.BytesIO(premier.octets))
    for partie in suite:
        ecrivain.append(io.BytesIO(partie.octets), import_outline=False)
    if phrase := liasse_demesuree(pages=len(ecrivain.pages), poids=0):
        raise ErreurMetier(phrase)
    if any(partie.etranger for partie in parties):
        desarmer(ecrivain.root_object)
        if reste := inventaire(ecrivain.root_object):
            raise ErreurMetier(
                f"Une pièce garde un contenu actif ({', '.join(reste)}) : imprimez-la en PDF, "
                "puis redéposez-la."
            )
        ecrivain.compress_identical_objects(remove_duplicates=True, remove_unreferenced=True)
    else:
        ecrivain.compress_identical_objects()
    sortie = io.BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue(), len(ecrivain.pages)


def desarmer(racine: DictionaryObject) -> None:
    """Ôte ce qui agit de tout ce que la racine atteint ; les pages et leur texte restent."""
    racine.pop("/OpenAction", None)
    noms_libres = _noms_libres(racine)
    for objet in list(_parcourir(racine)):
        if isinstance(objet, DictionaryObject):
            libre = id(objet) in noms_libres
            for cle, valeur in list(objet.items()):
                if _agit(valeur) or _arme(cle, valeur, libre=libre):
                    del objet[cle]
        elif isinstance(objet, ArrayObject):
            gardes = [valeur for valeur in objet if not _agit(valeur)]
            if len(gardes) < len(objet):
                objet[:] = gardes


def _agit(valeur: PdfObject) -> bool:
    objet = valeur.get_object()
    if not isinstance(objet, DictionaryObject):
        return False
    return (
        _nom(objet, "/S") in ACTIONS
        or _nom(objet, "/Subtype") in ANNOTATIONS
        or _nom(objet, "/Type") == FICHIER
    )


def _nom(objet: DictionaryObject, cle: str) -> str:
    valeur = objet.get(cle)
    return "" if valeur is None else str(valeur.get_object())


def _noms_libres(racine: PdfObject) -> set[int]:
    """Les sous-dictionnaires de ressources : eux seuls nomment leurs polices et images à leur gré.

    L'auteur du fichier choisit `/Type` et `/Subtype` ; il ne choisit pas où le lecteur les cherche.
    """
    libres = set()
    for objet in _parcourir(racine):
        if isinstance(objet, DictionaryObject) and "/Resources" in objet:
            ressources = objet["/Resources"].get_object()
            if isinstance(ressources, DictionaryObject):
                libres |= {id(sorte.get_object()) for sorte in ressources.values()}
    return libres


def _arme(cle: str, valeur: PdfObject, *, libre: bool) -> bool:
    return cle in CLES and not (libre and cle in NOMS_PORTES and _est_ressource(valeur))


def _est_ressource(valeur: PdfObject) -> bool:
    """Une police ou une image peut s'appeler « /JS » : les noms de ressources sont libres."""
    objet = valeur.get_object()
    return isinstance(objet, DictionaryObject) and (
        _nom(objet, "/Type") in ("/Font", "/ExtGState")
        or _nom(objet, "/Subtype") in ("/Image", "/Form")
    )
