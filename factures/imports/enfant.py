"""Le processus qui lit les fichiers d'inconnus à la place de l'application.

Il reçoit (nom, octets) sur son entrée et rend un résultat sur sa sortie ; il n'a ni base, ni
secret, ni réseau à offrir, et ses limites sont posées avant le premier octet.
"""

import contextlib
import os
import pickle
import resource
import sys
from typing import BinaryIO

from factures.imports.lecteur import lire_fichier
from factures.imports.protocole import (
    CPU,
    ILLISIBLE,
    MEMOIRE,
    PRET,
    REPONSE,
    TROP_DE_MEMOIRE,
    ecrire_trame,
)
from factures.imports.types import Refus, ResultatLecture


def principal() -> None:
    # Les bibliothèques qui parlent sur la sortie standard ne doivent pas brouiller la nôtre.
    sortie = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _poser_limites()
    ecrire_trame(sortie, PRET)
    boucle(sys.stdin.buffer, sortie)


def boucle(entree: BinaryIO, sortie: BinaryIO) -> None:
    while True:
        try:
            nom, octets = pickle.load(entree)  # noqa: S301 -- écrit par notre propre parent
        except EOFError:
            return
        _accorder_du_temps()
        resultat, sain = _lire(nom, octets)
        charge = _emballer(nom, resultat)
        ecrire_trame(sortie, bytes([sain]) + charge)
        if not sain:
            return


def _lire(nom: str, octets: bytes) -> tuple[ResultatLecture, bool]:
    """Le résultat, et si ce processus peut encore servir."""
    try:
        return lire_fichier(nom, octets), True
    except MemoryError:
        return ResultatLecture(nom, refus=(Refus("fichier", TROP_DE_MEMOIRE),)), False
    except BaseException:  # noqa: BLE001 -- un lecteur binaire panique hors d'Exception
        return ResultatLecture(nom, refus=(Refus("fichier", ILLISIBLE),)), False


def _emballer(nom: str, resultat: ResultatLecture) -> bytes:
    try:
        charge = pickle.dumps(resultat, protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        charge = b""
    if not charge or len(charge) > REPONSE:
        refus = Refus("fichier", TROP_DE_MEMOIRE)
        charge = pickle.dumps(ResultatLecture(nom, refus=(refus,)))
    return charge


def _poser_limites() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _accorder_du_temps() -> None:
    """La limite de processeur est cumulée : on la repousse à chaque fichier."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    deja = int(usage.ru_utime + usage.ru_stime) + 1
    with contextlib.suppress(ValueError, OSError):
        _, dur = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (deja + CPU, dur))
