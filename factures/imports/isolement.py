"""Lire les fichiers d'inconnus hors de l'application, mémoire et temps bornés.

Un processus enfant lit tout un lot ; s'il meurt sur un fichier, ce fichier seul est refusé et
un autre enfant prend la suite. L'application elle-même n'ouvre ni pypdf ni lxml.
"""

import contextlib
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event, Timer

from factures.imports.fichiers import genre_annonce
from factures.imports.protocole import (
    ILLISIBLE,
    MUR,
    PRET,
    TROP_DE_MEMOIRE,
    depouiller,
    lire_trame,
)
from factures.imports.types import Refus, ResultatLecture
from recouvrement.socle.tableur import FichierIllisible

RACINE = Path(__file__).resolve().parents[2]
DEMARRAGE = 60
TROP_LONG = "Ce fichier demande trop de temps pour être lu : il est refusé."
# `recouvrement/__init__` charge Celery, dont l'enfant n'a que faire : un paquet nu le remplace.
PROGRAMME = """
import sys, types
racine = sys.argv[1]
sys.path.insert(0, racine)
recouvrement = types.ModuleType("recouvrement")
recouvrement.__path__ = [racine + "/recouvrement"]
sys.modules["recouvrement"] = recouvrement
from factures.imports.enfant import principal
principal()
"""


class LectureImpossible(RuntimeError):
    """Le processus de lecture ne démarre pas : c'est notre panne, pas celle du fichier."""


def lire_fichiers(fichiers: Iterable[tuple[str, bytes]]) -> list[ResultatLecture]:
    """Un résultat par fichier, dans l'ordre ; un mauvais fichier donne un refus, sans lever."""
    return list(lire_au_fil(fichiers))


def lire_au_fil(fichiers: Iterable[tuple[str, bytes]]) -> Iterator[ResultatLecture]:
    """Comme `lire_fichiers`, sans tenir tous les octets ni tous les résultats en mémoire."""
    enfant: _Enfant | None = None
    try:
        for nom, octets in fichiers:
            try:
                genre_annonce(nom, len(octets))
            except FichierIllisible as erreur:
                yield _refuse(nom, erreur.message)
                continue
            enfant = enfant or _Enfant()
            resultat, sain = enfant.lire(nom, octets)
            if not sain:
                enfant.arreter()
                enfant = None
            yield resultat
    finally:
        if enfant:
            enfant.arreter()


class _Enfant:
    def __init__(self) -> None:
        # Ni environnement (les secrets y sont), ni dossier courant, ni descripteurs hérités.
        self.processus = subprocess.Popen(  # noqa: S603 -- notre interpréteur, notre programme
            [sys.executable, "-I", "-X", "utf8", "-c", PROGRAMME, str(RACINE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"MALLOC_ARENA_MAX": "2"},
            close_fds=True,
        )
        with _Minuterie(self.processus, DEMARRAGE):
            try:
                pret = lire_trame(self.processus.stdout)
            except EOFError:
                pret = b""
        if pret != PRET:
            self.arreter()
            raise LectureImpossible("Le processus de lecture des fichiers ne démarre pas.")

    def lire(self, nom: str, octets: bytes) -> tuple[ResultatLecture, bool]:
        with _Minuterie(self.processus, MUR) as minuterie:
            try:
                pickle.dump((nom, octets), self.processus.stdin, pickle.HIGHEST_PROTOCOL)
                self.processus.stdin.flush()
                trame = lire_trame(self.processus.stdout)
                resultat = depouiller(trame[1:])
            except (EOFError, OSError, pickle.UnpicklingError):
                return _refuse(nom, self._cause(expiree=minuterie.expiree.is_set())), False
        if not isinstance(resultat, ResultatLecture):
            return _refuse(nom, ILLISIBLE), False
        return resultat, bool(trame[0])

    def _cause(self, *, expiree: bool) -> str:
        self.processus.kill()
        code = self.processus.wait()
        if expiree or code == -signal.SIGXCPU:
            return TROP_LONG
        # Un lecteur natif à court de mémoire avorte ; l'échec d'une allocation tue aussi.
        return TROP_DE_MEMOIRE if code == -signal.SIGABRT else ILLISIBLE

    def arreter(self) -> None:
        self.processus.kill()
        self.processus.wait()
        for tuyau in (self.processus.stdin, self.processus.stdout):
            with contextlib.suppress(OSError):
                tuyau.close()


class _Minuterie:
    """Tue le processus s'il tarde ; une lecture bloquée sur son tuyau s'achève alors."""

    def __init__(self, processus: subprocess.Popen, secondes: float) -> None:
        self.processus = processus
        self.expiree = Event()
        self.alarme = Timer(secondes, self._sonner)
        self.alarme.daemon = True

    def _sonner(self) -> None:
        self.expiree.set()
        self.processus.kill()

    def __enter__(self) -> "_Minuterie":
        self.alarme.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.alarme.cancel()


def _refuse(nom: str, phrase: str) -> ResultatLecture:
    return ResultatLecture(nom, refus=(Refus("fichier", phrase),))
