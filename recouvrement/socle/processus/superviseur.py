"""Superviseur de poche : quelques processus, relancés s'ils meurent, arrêtés ensemble."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

REPIT_MAXIMAL = 30.0
SOLIDE_APRES = 60.0
PATIENCE = 15.0

Ecrire = Callable[[str, str], None]


@dataclass
class Processus:
    """Un processus surveillé : ce qu'il lance, depuis quand il vit, ses chutes de suite."""

    nom: str
    commande: Sequence[str]
    popen: subprocess.Popen[str] | None = None
    ne_a: float = 0.0
    chutes: int = 0
    relancer_a: float | None = None
    lecteurs: list[threading.Thread] = field(default_factory=list)


class Superviseur:
    """`tourner()` rend la main quand un signal d'arrêt est venu et que tout est mort."""

    def __init__(
        self,
        commandes: Mapping[str, Sequence[str]],
        *,
        ecrire: Ecrire,
        environnement: Mapping[str, str],
        delai_arret: float = 20.0,
    ) -> None:
        self.processus = [Processus(nom, commande) for nom, commande in commandes.items()]
        self.ecrire = ecrire
        self.environnement = dict(environnement)
        self.delai_arret = delai_arret
        self.arret = False

    def tourner(self, *, pret: Callable[[], bool] = lambda: True) -> None:
        """Le premier d'abord ; les autres quand il est prêt, pour ne pas lui disputer le poste."""
        for numero in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(numero, self._demander_arret)
        try:
            patience = time.monotonic() + PATIENCE
            self._lancer(self.processus[0])
            while not (self.arret or pret() or time.monotonic() > patience):
                self._veiller(self.processus[0])
                time.sleep(0.1)
            for processus in self.processus[1:]:
                self._lancer(processus)
            while not self.arret:
                for processus in self.processus:
                    self._veiller(processus)
                pret()
                time.sleep(0.2)
        finally:
            self._arreter_tout()

    def _demander_arret(self, numero: int, cadre: FrameType | None) -> None:
        self.arret = True

    def _lancer(self, processus: Processus) -> None:
        processus.relancer_a = None
        processus.ne_a = time.monotonic()
        # Session à part : un Ctrl-C n'atteint que nous, qui arrêtons chacun dans l'ordre.
        processus.popen = subprocess.Popen(  # noqa: S603 : commandes fixes
            processus.commande,
            env=self.environnement,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        lecteur = threading.Thread(
            target=self._lire, args=(processus.nom, processus.popen), daemon=True
        )
        lecteur.start()
        processus.lecteurs = [lecteur]

    def _lire(self, nom: str, popen: subprocess.Popen[str]) -> None:
        if popen.stdout is None:
            return
        for ligne in popen.stdout:
            texte = lisible(ligne.rstrip())
            if texte:
                self.ecrire(nom, texte)

    def _veiller(self, processus: Processus) -> None:
        maintenant = time.monotonic()
        if processus.relancer_a is not None:
            if maintenant >= processus.relancer_a:
                self._lancer(processus)
            return
        code = processus.popen.poll() if processus.popen else None
        if code is None:
            return
        self._achever(processus)
        solide = maintenant - processus.ne_a > SOLIDE_APRES
        processus.chutes = 1 if solide else processus.chutes + 1
        repit = min(2.0 ** (processus.chutes - 1), REPIT_MAXIMAL)
        processus.relancer_a = maintenant + repit
        self.ecrire(processus.nom, f"arrêté ({_cause(code)}) ; relance dans {repit:.0f} s")

    def _arreter_tout(self) -> None:
        vivants = [(p.nom, p.popen) for p in self.processus if p.popen and p.popen.poll() is None]
        for _, popen in vivants:
            with contextlib.suppress(ProcessLookupError):
                popen.send_signal(signal.SIGTERM)
        limite = time.monotonic() + self.delai_arret
        for nom, popen in vivants:
            try:
                popen.wait(max(0.1, limite - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.ecrire(nom, "ne s'arrête pas de lui-même : on le tue")
        for processus in self.processus:
            self._achever(processus)
            for lecteur in processus.lecteurs:
                lecteur.join(1)

    def _achever(self, processus: Processus) -> None:
        """Ses enfants aussi : un travailleur tué laisse les siens derrière lui."""
        if processus.popen is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(processus.popen.pid, signal.SIGKILL)
        processus.popen.wait()


def _cause(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def lisible(ligne: str) -> str:
    """Une trace JSON redevient une phrase ; le reste passe tel quel."""
    if not ligne.startswith("{"):
        return ligne
    try:
        trace = json.loads(ligne)
    except ValueError:
        return ligne
    if not isinstance(trace, dict) or "message" not in trace:
        return ligne
    niveau = trace.get("niveau", "INFO")
    message = str(trace["message"]) if niveau == "INFO" else f"{niveau} {trace['message']}"
    return f"{message}\n{trace['trace']}" if trace.get("trace") else message


def ecran(nom: str, texte: str) -> None:
    heure = time.strftime("%H:%M:%S")
    # Terminal fermé : il n'y a plus à qui parler, mais toujours des processus à arrêter.
    with contextlib.suppress(OSError, ValueError):
        for ligne in texte.splitlines():
            sys.stdout.write(f"{heure} {nom:<8} {ligne}\n")
        sys.stdout.flush()
