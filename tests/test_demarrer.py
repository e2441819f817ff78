"""La commande d'un poste : tout démarre ensemble, tout s'arrête ensemble, rien ne traîne."""

import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from recouvrement.socle.superviseur import Superviseur, lisible
from tests.services import attendre, environnement, port_libre, processus, python


@pytest.fixture
def env(tmp_path):
    return environnement(
        DOSSIER_VAR=tmp_path / "var", DATABASE_URL=f"sqlite:///{tmp_path}/base.sqlite3"
    )


def demarrer(port: int, *options: str) -> list[str]:
    commande = ["manage.py", "demarrer", "--preparer", "--sans-demonstration", "--port", str(port)]
    return [sys.executable, *commande, *options]


def descendants(pid: int) -> set[int]:
    enfants = set()
    for tache in Path(f"/proc/{pid}/task").glob("*/children"):
        for enfant in map(int, tache.read_text().split()):
            enfants |= {enfant} | descendants(enfant)
    return enfants


def vivants(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="lit /proc (Linux)")
def test_tout_demarre_un_mort_est_relance_et_ctrl_c_ne_laisse_personne(env, tmp_path):
    port, trace = port_libre(), tmp_path / "trace"
    with processus(*demarrer(port), env=env, trace=trace) as lance:
        attendre(
            lambda: "est prêt" in trace.read_text() or lance.poll() is not None,
            delai=90,
            quoi="l'annonce",
        )
        annonce = trace.read_text()
        assert f"http://localhost:{port}" in annonce
        assert "Aucun courriel ne part" in annonce
        with urllib.request.urlopen(f"http://localhost:{port}/compte/login/", timeout=20) as page:
            assert page.status == 200

        def horloge() -> set[int]:
            return {
                pid
                for pid in descendants(lance.pid)
                if b"beat" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            }

        attendre(horloge, delai=30, quoi="l'horloge")
        (premiere,) = horloge()
        os.kill(premiere, signal.SIGKILL)
        attendre(lambda: horloge() - {premiere}, delai=30, quoi="une autre horloge")
        assert "horloge  arrêté (SIGKILL) ; relance dans 1 s" in trace.read_text()

        famille = descendants(lance.pid)
        assert len(famille) >= 4
        debut = time.monotonic()
        lance.send_signal(signal.SIGINT)
        assert lance.wait(30) == 0, trace.read_text()
        assert time.monotonic() - debut < 30
        assert vivants(famille) == set()


def test_un_port_pris_se_dit_par_une_phrase(env):
    with socket.socket() as autre:
        autre.bind(("127.0.0.1", 0))
        autre.listen()
        port = autre.getsockname()[1]
        fini = python(*demarrer(port)[1:], env=env)

    assert fini.returncode == 1
    assert f"Le port {port} de 127.0.0.1 ne s'ouvre pas" in fini.stderr
    assert "Traceback" not in fini.stderr


def test_ce_qui_tombe_sans_cesse_est_relance_de_moins_en_moins_vite():
    dits = []
    superviseur = Superviseur(
        {"fragile": [sys.executable, "-c", "raise SystemExit(3)"]},
        ecrire=lambda nom, texte: dits.append(texte),
        environnement=dict(os.environ),
    )

    def assez() -> bool:
        superviseur.arret = len(dits) >= 3
        return True

    gestes = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        superviseur.tourner(pret=assez)
    finally:
        for numero, geste in gestes.items():
            signal.signal(numero, geste)

    assert dits == [f"arrêté (code 3) ; relance dans {n} s" for n in (1, 2, 4)]


def test_une_trace_json_redevient_une_phrase():
    assert lisible('{"niveau": "INFO", "message": "Bonjour"}') == "Bonjour"
    assert lisible('{"niveau": "ERROR", "message": "Aïe", "trace": "ici"}') == "ERROR Aïe\nici"
    assert lisible("{pas du json") == "{pas du json"
