"""Dans le processus enfant : des limites posées avant le premier octet, puis un travail à la fois.

Il n'a ni base, ni secret, ni réseau à offrir à qui le détournerait.
"""

import contextlib
import os
import pickle
import resource
import select
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.trames import ECHOUE, FAIT, PRET, REFUSE, TROP_LOURD, ecrire_trame

TRACE_MAX = 8000


def servir(
    faire: Callable[[Any], object],
    *,
    memoire: int,
    processeur: int,
    ecriture: int,
    reponse: int,
    repos: float,
) -> None:
    """Répond aux demandes jusqu'à ce que l'entrée se ferme, ou reste muette `repos` secondes."""
    # Les bibliothèques qui parlent sur la sortie standard ne doivent pas brouiller la nôtre.
    sortie = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    resource.setrlimit(resource.RLIMIT_AS, (memoire, memoire))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (ecriture, ecriture))
    ecrire_trame(sortie, PRET)
    entree = sys.stdin.buffer
    while _une_demande_vient(entree, repos):
        try:
            demande = pickle.load(entree)  # noqa: S301 -- écrit par notre propre parent
        except EOFError:
            return
        _accorder_du_temps(processeur)
        statut, charge = _faire(faire, demande)
        if len(charge) > reponse:
            statut, charge = TROP_LOURD, b""
        ecrire_trame(sortie, bytes([statut]) + charge)
        if statut in (TROP_LOURD, ECHOUE):
            return


def _une_demande_vient(entree: BinaryIO, repos: float) -> bool:
    # Rien n'est lu d'avance : le parent attend chaque réponse avant d'écrire la demande suivante.
    return bool(select.select([entree], [], [], repos)[0])


def _faire(faire: Callable[[Any], object], demande: object) -> tuple[int, bytes]:
    try:
        return FAIT, pickle.dumps(faire(demande), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return TROP_LOURD, b""
    except ErreurMetier as refus:
        return REFUSE, refus.message.encode()
    except BaseException:  # noqa: BLE001 -- un lecteur binaire panique hors d'Exception
        return ECHOUE, traceback.format_exc()[-TRACE_MAX:].encode(errors="replace")


def _accorder_du_temps(processeur: int) -> None:
    """La limite de processeur est cumulée : on la repousse à chaque travail."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    deja = int(usage.ru_utime + usage.ru_stime) + 1
    with contextlib.suppress(ValueError, OSError):
        _, dur = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (deja + processeur, dur))
