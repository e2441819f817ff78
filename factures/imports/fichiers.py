"""De quel genre est un fichier déposé : son contenu ET son extension doivent le dire."""

import io
import zipfile
import zlib
from enum import StrEnum
from pathlib import PurePosixPath

from recouvrement.socle.tableur.encodages import est_du_texte_large
from recouvrement.socle.tableur.lecture import (
    MEGA,
    PLAFOND_OCTETS,
    FichierIllisible,
    verifier_archive,
    verifier_taille,
)

PLAFOND_PDF = 20 * MEGA
PLAFOND_XML = 20 * MEGA
LUS = "CSV, XLSX, ODS, PDF Factur-X, XML CII ou UBL"


class Genre(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    PDF = "pdf"
    XML = "xml"


EXTENSIONS = {
    ".csv": Genre.CSV,
    ".txt": Genre.CSV,
    ".tsv": Genre.CSV,
    ".xlsx": Genre.XLSX,
    ".ods": Genre.ODS,
    ".pdf": Genre.PDF,
    ".xml": Genre.XML,
}
PLAFONDS = {
    Genre.CSV: PLAFOND_OCTETS,
    Genre.XLSX: PLAFOND_OCTETS,
    Genre.ODS: PLAFOND_OCTETS,
    Genre.PDF: PLAFOND_PDF,
    Genre.XML: PLAFOND_XML,
}
NOMS = {
    Genre.CSV: "un CSV",
    Genre.XLSX: "un classeur XLSX",
    Genre.ODS: "un classeur ODS",
    Genre.PDF: "un PDF",
    Genre.XML: "un XML",
}
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def genre_annonce(nom: str, taille: int) -> Genre:
    """Ce que disent l'extension et la taille, avant d'avoir lu un octet ; lève FichierIllisible."""
    extension = PurePosixPath(nom.replace("\\", "/").replace("\x00", "")).suffix.lower()
    genre = EXTENSIONS.get(extension)
    if genre is None:
        if extension == ".xls":
            raise FichierIllisible(
                "Les classeurs .xls ne sont pas lus : enregistrez celui-ci en .xlsx."
            )
        vu = extension[:12] or "sans extension"
        raise FichierIllisible(f"Ce type de fichier ({vu}) n'est pas lu. Sont lus : {LUS}.")
    verifier_taille(taille, PLAFONDS[genre])
    return genre


def genre_verifie(nom: str, octets: bytes) -> Genre:
    """Le genre annoncé, si le contenu le confirme."""
    genre = genre_annonce(nom, len(octets))
    contenu = _contenu(octets)
    if contenu == genre:
        return genre
    if genre in (Genre.XLSX, Genre.ODS):
        if contenu == "ole":
            raise FichierIllisible(
                "Ce classeur est protégé par un mot de passe, ou c'est un ancien .xls renommé."
            )
        if contenu == "zip":
            verifier_archive(octets)
            raise FichierIllisible(f"Ce fichier n'est pas {NOMS[genre]} : c'est une archive.")
    noms = {"ole": "un ancien document Office", "zip": "une archive", "autre": "du binaire"}
    dit = noms.get(contenu) or NOMS[Genre(contenu)]
    raise FichierIllisible(
        f"Ce fichier porte l'extension d'{NOMS[genre]} mais son contenu est {dit} : il est refusé."
    )


def _contenu(octets: bytes) -> str:
    if b"%PDF-" in octets[:1024]:
        return Genre.PDF
    if octets.startswith(_OLE):
        return "ole"
    if octets.startswith(b"PK\x03\x04") or octets.startswith(b"PK\x05\x06"):
        return _contenu_archive(octets)
    debut = octets[:4096]
    if debut.startswith((b"\xff\xfe", b"\xfe\xff")):
        debut = debut[: len(debut) // 2 * 2].decode("utf-16", errors="replace").encode()
    for bom in _BOMS:
        debut = debut.removeprefix(bom)
    if debut.lstrip().startswith(b"<"):
        return Genre.XML
    return "autre" if b"\x00" in debut and not est_du_texte_large(octets) else Genre.CSV


def _contenu_archive(octets: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            noms = set(archive.namelist())
            if "xl/workbook.xml" in noms:
                return Genre.XLSX
            if "content.xml" in noms and "mimetype" in noms:
                with archive.open("mimetype") as entree:
                    if b"opendocument.spreadsheet" in entree.read(100):
                        return Genre.ODS
    except (
        zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError,
        EOFError,
    ):  # fmt: skip
        pass
    return "zip"
