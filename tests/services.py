"""Les vrais processus, pour les tests : ports, environnements, attentes, arrêts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE
from tests.appuis.annonces import reglages

CLEF = "clef-pour-les-processus-d-essai-0123456789-abcdefghijklmnopqrstuvwxyz"

# NIVEAU_TRACES est celui que la suite choisit : le reste ne vient ni du poste, ni d'elle.
DU_POSTE = reglages() - {"NIVEAU_TRACES"}


def de_production() -> str:
    """Le Python de l'environnement de production : uv.lock, sans aucun outil de test."""
    if not os.environ.get("PYTHON_PRODUCTION"):
        pytest.fail("Ce test veut PYTHON_PRODUCTION : lancez ./tester.", pytrace=False)
    return os.environ["PYTHON_PRODUCTION"]


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def environnement(**valeurs: str | Path) -> dict[str, str]:
    """Celui d'un processus neuf : ni `.env`, ni base, ni courriel du poste ou de la suite."""
    propre = {
        nom: valeur
        for nom, valeur in os.environ.items()
        if nom.removesuffix("_FILE") not in DU_POSTE
    }
    return (
        propre
        | {"FICHIER_ENV": os.devnull, "SECRET_KEY": CLEF}
        | {nom: str(valeur) for nom, valeur in valeurs.items()}
    )


def python(
    *arguments: str, env: dict[str, str], delai: float = 60, interprete: str = sys.executable
) -> subprocess.CompletedProcess:
    return subprocess.run(
        [interprete, *arguments],
        cwd=RACINE,
        env=env,
        capture_output=True,
        text=True,
        timeout=delai,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@contextmanager
def processus(
    *commande: str, env: dict[str, str], trace: Path, arret: float = 30
) -> Iterator[subprocess.Popen]:
    """Un processus et ses enfants, tués quoi qu'il arrive ; sa sortie est dans `trace`."""
    with trace.open("wb") as sortie:
        lance = subprocess.Popen(
            commande,
            cwd=RACINE,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield lance
        finally:
            if lance.poll() is None:
                lance.terminate()
                try:
                    lance.wait(arret)
                except subprocess.TimeoutExpired:
                    os.killpg(lance.pid, signal.SIGKILL)
                    lance.wait()


def attendre(condition: Callable[[], object], *, delai: float = 30, quoi: str = "") -> None:
    limite = time.monotonic() + delai
    while time.monotonic() < limite:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"Attendu en vain pendant {delai:.0f} s : {quoi or condition}")
