"""P8 : du lancement de la commande à la première page, la seconde fois."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep

from recouvrement.banc.mesures import Mesure, chrono
from recouvrement.environnement import RACINE

DELAI = 120


def demarrage() -> Iterator[Mesure]:
    with tempfile.TemporaryDirectory(prefix="banc-") as dossier:
        base = Path(dossier) / "base.sqlite3"
        environnement = os.environ | {
            "DOSSIER_VAR": dossier,
            "DATABASE_URL": f"sqlite:///{base}",
            "REDIS_URL": "",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        }
        nu = chrono(lambda: _python("import django; django.setup()", environnement))
        yield Mesure(
            "première fois (migrations comprises)",
            _jusqu_a_la_page(environnement),
            limite=nu,
            objectif="≤ 60 s",
        )
        yield Mesure("seconde fois", _jusqu_a_la_page(environnement), limite=nu, objectif="≤ 5 s")


def _python(code: str, environnement: dict[str, str]) -> None:
    subprocess.run(  # noqa: S603 — notre propre code
        [sys.executable, "-c", code],
        check=True,
        cwd=RACINE,
        env=environnement | {"DJANGO_SETTINGS_MODULE": "recouvrement.settings"},
    )


def _jusqu_a_la_page(environnement: dict[str, str]) -> float:
    port = _port_libre()
    commande = [sys.executable, "manage.py", "demarrer", "--port", str(port)]
    commande += ["--preparer", "--sans-demonstration"]
    debut = monotonic()
    with subprocess.Popen(  # noqa: S603 — notre propre commande
        commande,
        cwd=RACINE,
        env=environnement,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as processus:
        try:
            while monotonic() - debut < DELAI and processus.poll() is None:
                if _repond(port):
                    return monotonic() - debut
                sleep(0.05)
        finally:
            processus.terminate()
    raise TimeoutError("L'application n'a pas démarré.")


def _repond(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as ligne:
        try:
            ligne.request("GET", "/compte/login/")
            return ligne.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])
