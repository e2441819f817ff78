"""Ce qu'est vraiment un fichier déposé, et la fusion de plusieurs : le travail d'un enfant."""

from collections.abc import Sequence

from recouvrement.documents.pdf.demandes import (
    Examen,
    Partie,
    en_pdf,
    liasse_demesuree,
)
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.isolement import (
    Metier,
    TravailRefuse,
    TropDeMonde,
    Vivier,
    demander_a_part,
)
from recouvrement.socle.processus.trames import MEGA

OUVERTURE = Metier(
    "recouvrement.documents.pdf.lecture",
    admis={
        ("recouvrement.documents.pdf.demandes", "Examen"),
        ("dataclasses", "_dataclass_setstate"),
        ("copyreg", "__newobj__"),
    },
    mur=25,
)
FUSION = Metier(
    "recouvrement.documents.pdf.lecture",
    memoire=1024 * MEGA,
    processeur=20,
    mur=25,
    reponse=128 * MEGA,
)
OUVREURS = Vivier(OUVERTURE, combien=2, patience=20, travaux=50)
# Ce qu'un enfant doit ouvrir pour le connaître ; le reste se lit à l'œil.
GENRES = {"pdf": "pdf", "docx": "zip", "xlsx": "zip", "odt": "zip"}


def examiner(extension: str, octets: bytes) -> Examen:
    """Ses pages et ce qui agit ; lève un `ErreurMetier` pour une bombe ou un PDF démesuré."""
    genre = GENRES.get(extension)
    if genre is None:
        return Examen()
    try:
        examen = OUVREURS.demander(("examiner", genre, octets))
    except (TravailRefuse, TropDeMonde):
        raise
    except ErreurMetier:
        raise ErreurMetier(
            "Ce fichier demande trop de temps ou de mémoire pour être ouvert : imprimez-le en PDF, "
            "puis redéposez-le."
        ) from None
    if not isinstance(examen, Examen):
        raise ErreurMetier("Ce fichier ne peut pas être ouvert.")
    return examen


def fusionner(parties: Sequence[Partie]) -> tuple[bytes, int]:
    """Un seul PDF et son nombre de pages, dans l'ordre ; rien d'actif n'y entre."""
    poids = sum(len(partie.octets) for partie in parties)
    if phrase := liasse_demesuree(pages=0, poids=poids):
        raise ErreurMetier(phrase)
    try:
        reunies = demander_a_part(FUSION, ("fusionner", list(parties)))
    except TravailRefuse:
        raise
    except ErreurMetier:
        raise ErreurMetier(
            "Ces documents ne peuvent pas être réunis : l'un d'eux est abîmé, ou trop lourd."
        ) from None
    return en_pdf(reunies)
