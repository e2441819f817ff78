"""Faire un travail dangereux hors de l'application, mémoire et temps bornés.

Un processus enfant ouvre ce qui vient d'inconnus, ou compose ce qu'ils ont écrit. S'il meurt, le
travail est refusé par une phrase et l'application n'a rien senti.
"""

import atexit
import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock, Timer

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.trames import (
    FAIT,
    MEGA,
    PRET,
    REFUSE,
    TROP_LOURD,
    depouiller,
    lire_trame,
)

RACINE = Path(__file__).resolve().parents[3]
DEMARRAGE = 60
# `recouvrement/__init__` charge Celery, dont l'enfant n'a que faire : un paquet nu le remplace.
PROGRAMME = """
import sys, types, json
from importlib import import_module
racine, module, limites = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
sys.path.insert(0, racine)
recouvrement = types.ModuleType("recouvrement")
recouvrement.__path__ = [racine + "/recouvrement"]
sys.modules["recouvrement"] = recouvrement
from recouvrement.socle.processus.isole import servir
servir(import_module(module).faire, **limites)
"""
traces = logging.getLogger(__name__)


class TravailRefuse(ErreurMetier):
    """L'enfant a refusé, par une phrase qui se montre."""


class TropLong(ErreurMetier):
    message = "Ce travail demande trop de temps."


class TropLourd(ErreurMetier):
    message = "Ce travail demande trop de mémoire."


class TravailImpossible(ErreurMetier):
    message = "Ce travail n'a pas pu être fait."


class TropDeMonde(ErreurMetier):
    message = "Trop de documents se préparent en ce moment : réessayez dans un instant."


class EnfantAbsent(RuntimeError):
    """Le processus enfant ne démarre pas : c'est notre panne, pas celle du fichier."""


class Parti(TravailImpossible):
    """L'enfant, au repos depuis longtemps, s'en est allé : un autre fera ce travail."""


@dataclass(frozen=True, slots=True)
class Metier:
    """Ce que fait un enfant (`module.faire`), ce qu'il peut coûter, ce qu'il peut répondre."""

    module: str
    admis: Collection[tuple[str, str]] = frozenset()
    memoire: int = 512 * MEGA
    # En secondes, pour un travail : de processeur, puis d'attente.
    processeur: int = 20
    mur: float = 30
    reponse: int = 64 * MEGA
    # Le plus gros fichier que l'enfant puisse écrire.
    ecriture: int = 0
    repos: float = 600

    def limites(self) -> str:
        noms = ("memoire", "processeur", "ecriture", "reponse", "repos")
        return "{" + ", ".join(f'"{nom}": {asdict(self)[nom]}' for nom in noms) + "}"


class Enfant:
    """Un processus enfant et ses deux tuyaux ; `sain` : il peut encore servir."""

    def __init__(self, metier: Metier) -> None:
        self.metier = metier
        self.sain = True
        self.travaux = 0
        # À part, et ôté avec lui : ce qu'un enfant tué aurait laissé derrière lui.
        self.brouillons = tempfile.TemporaryDirectory(prefix="recouvrement-", delete=False)
        # Ni environnement (les secrets y sont), ni dossier courant, ni descripteurs hérités.
        self.processus = subprocess.Popen(  # noqa: S603 -- notre interpréteur, notre programme
            [
                *(sys.executable, "-I", "-X", "utf8", "-c", PROGRAMME),
                *(str(RACINE), metier.module, metier.limites()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"MALLOC_ARENA_MAX": "2", "TMPDIR": self.brouillons.name},
            close_fds=True,
        )
        if self.processus.stdin is None or self.processus.stdout is None:
            raise EnfantAbsent("Le processus qui ouvre les fichiers n'a pas ses tuyaux.")
        self.entree, self.sortie = self.processus.stdin, self.processus.stdout
        with _Minuterie(self.processus, DEMARRAGE):
            try:
                pret = lire_trame(self.sortie, plafond=len(PRET))
            except EOFError:
                pret = b""
        if pret != PRET:
            self.arreter()
            raise EnfantAbsent("Le processus qui ouvre les fichiers ne démarre pas.")

    def demander(self, demande: object) -> object:
        """La réponse, ou un `ErreurMetier` ; ensuite, `sain` dit s'il peut encore servir."""
        self.travaux += 1
        sain, self.sain = self.sain, False
        with _Minuterie(self.processus, self.metier.mur) as minuterie:
            try:
                pickle.dump(demande, self.entree, pickle.HIGHEST_PROTOCOL)
                self.entree.flush()
                trame = lire_trame(self.sortie, plafond=self.metier.reponse)
            except (EOFError, OSError):
                raise self._cause(expiree=minuterie.expiree.is_set()) from None
        statut, charge = trame[0], trame[1:]
        if statut == TROP_LOURD:
            raise TropLourd
        if statut == REFUSE:
            self.sain = sain
            raise TravailRefuse(charge.decode(errors="replace"))
        if statut != FAIT:
            # La trace d'un enfant ne dit rien du document : elle va au journal de l'opérateur.
            traces.warning("%s : %s", self.metier.module, charge.decode(errors="replace"))
            raise TravailImpossible
        try:
            reponse = depouiller(charge, self.metier.admis)
        except Exception as erreur:
            raise TravailImpossible from erreur
        self.sain = sain
        return reponse

    def _cause(self, *, expiree: bool) -> Exception:
        code = self.processus.poll()
        if code is None:
            self.processus.kill()
            code = self.processus.wait()
        if expiree or code == -signal.SIGXCPU:
            return TropLong()
        if code == 0:
            return Parti()
        # Un lecteur natif à court de mémoire avorte ; l'échec d'une allocation tue aussi.
        return TropLourd() if code == -signal.SIGABRT else TravailImpossible()

    def arreter(self) -> None:
        self.processus.kill()
        self.processus.wait()
        self.lacher()
        with contextlib.suppress(OSError):
            self.brouillons.cleanup()

    def lacher(self) -> None:
        for tuyau in (self.entree, self.sortie):
            with contextlib.suppress(OSError):
                tuyau.close()


def demander_a_part(metier: Metier, demande: object) -> object:
    """Un enfant pour ce seul travail : qui a ouvert un fichier hostile ne sert plus ensuite."""
    enfant = Enfant(metier)
    try:
        return enfant.demander(demande)
    finally:
        enfant.arreter()


class Vivier:
    """Quelques enfants gardés au chaud, partagés par les fils de ce processus.

    Aucun fil n'attend le travail d'un autre tant qu'il reste un enfant ; sinon il attend au plus
    `patience` secondes.
    """

    def __init__(
        self, metier: Metier, *, combien: int, patience: float, travaux: int = 1000
    ) -> None:
        self.metier, self.combien = metier, combien
        self.patience, self.travaux = patience, travaux
        self._libres: list[Enfant] = []
        self._verrou = Lock()
        self._places = BoundedSemaphore(combien)
        os.register_at_fork(after_in_child=self._oublier)
        atexit.register(self.vider)

    def demander(self, demande: object) -> object:
        if not self._places.acquire(timeout=self.patience):
            raise TropDeMonde
        try:
            return self._demander(demande)
        except Parti:
            return self._demander(demande, neuf=True)
        finally:
            self._places.release()

    def _demander(self, demande: object, *, neuf: bool = False) -> object:
        enfant = (None if neuf else self._un_libre()) or Enfant(self.metier)
        try:
            return enfant.demander(demande)
        finally:
            if enfant.sain and enfant.travaux < self.travaux:
                with self._verrou:
                    self._libres.append(enfant)
            else:
                enfant.arreter()

    def _un_libre(self) -> Enfant | None:
        with self._verrou:
            return self._libres.pop() if self._libres else None

    def vider(self) -> None:
        with self._verrou:
            libres, self._libres = self._libres, []
        for enfant in libres:
            enfant.arreter()

    def _oublier(self) -> None:
        """Après un fork, les enfants restent au parent : on lâche leurs tuyaux sans les tuer."""
        libres, self._libres = self._libres, []
        # Un autre fil pouvait tenir ceux d'avant : il n'a pas suivi.
        self._verrou, self._places = Lock(), BoundedSemaphore(self.combien)
        for enfant in libres:
            enfant.lacher()


class _Minuterie:
    """Tue le processus s'il tarde ; une lecture bloquée sur son tuyau s'achève alors."""

    def __init__(self, processus: subprocess.Popen[bytes], secondes: float) -> None:
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
