"""Lire les fichiers d'inconnus hors de l'application, mémoire et temps bornés.

Un processus enfant lit tout un lot ; s'il meurt sur un fichier, ce fichier seul est refusé et
un autre enfant prend la suite. L'application elle-même n'ouvre ni pypdf ni lxml.
"""

from collections.abc import Callable, Iterable, Iterator

from factures.imports.fichiers import genre_annonce
from factures.imports.types import Refus, ResultatLecture
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.isolement import Enfant, Metier, TropLong, TropLourd
from recouvrement.socle.tableur.lecture import FichierIllisible

LECTURE = Metier(
    "factures.imports.lecteur",
    admis={
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("decimal", "Decimal"),
        ("recouvrement.socle.tableur.lecture", "Feuille"),
        ("recouvrement.socle.tableur.lecture", "Ligne"),
        ("recouvrement.socle.tableur.encodages", "Lecture"),
        *(
            ("factures.imports.types", nom)
            for nom in (
                *("Refus", "Anomalie", "PartieLue", "TvaLue", "EcheanceLue", "FactureLue"),
                "ResultatLecture",
            )
        ),
        # Rend ses champs à une dataclass figée et sans __dict__.
        ("dataclasses", "_dataclass_setstate"),
        ("copyreg", "__newobj__"),
    },
)
TROP_LONG = "Ce fichier demande trop de temps pour être lu : il est refusé."
TROP_DE_MEMOIRE = "Ce fichier demande trop de mémoire pour être lu : il est refusé."
ILLISIBLE = "Ce fichier ne peut pas être lu : son contenu est abîmé ou trompeur."


def lire_au_fil(
    fichiers: Iterable[tuple[str, bytes]], encodage_de: Callable[[str], str] = lambda _: ""
) -> Iterator[ResultatLecture]:
    """Un résultat par fichier, dans l'ordre ; un mauvais fichier donne un refus, sans lever.

    `encodage_de` : celui qu'une personne a choisi pour ce fichier.
    """
    enfant: Enfant | None = None
    try:
        for nom, octets in fichiers:
            try:
                genre_annonce(nom, len(octets))
            except FichierIllisible as erreur:
                yield _refuse(nom, erreur.message)
                continue
            enfant = enfant or Enfant(LECTURE)
            resultat = _lire(enfant, nom, octets, encodage_de(nom))
            if not enfant.sain:
                enfant.arreter()
                enfant = None
            yield resultat
    finally:
        if enfant:
            enfant.arreter()


def _lire(enfant: Enfant, nom: str, octets: bytes, encodage: str) -> ResultatLecture:
    try:
        resultat = enfant.demander((nom, octets, encodage))
    except TropLong:
        return _refuse(nom, TROP_LONG)
    except TropLourd:
        return _refuse(nom, TROP_DE_MEMOIRE)
    except ErreurMetier:
        return _refuse(nom, ILLISIBLE)
    if not isinstance(resultat, ResultatLecture):
        enfant.sain = False
        return _refuse(nom, ILLISIBLE)
    return resultat


def _refuse(nom: str, phrase: str) -> ResultatLecture:
    return ResultatLecture(nom, refus=(Refus("fichier", phrase),))
