"""La commande d'un poste : tout démarre ensemble, tout s'arrête ensemble, rien ne traîne."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from recouvrement.environnement import RACINE
from recouvrement.socle.management.commands.demarrer import environnement as environnement_du_site
from recouvrement.socle.management.commands.demarrer import pourquoi_ferme, verifier_les_reglages
from recouvrement.socle.processus.superviseur import Superviseur, ecran, lisible
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
    assert f"Le port {port} est déjà pris. Choisissez-en un autre" in fini.stderr
    assert f"PORT={port + 1} ./lancer" in fini.stderr
    assert "Traceback" not in fini.stderr


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        (("--port", "abc"), "PORT vaut « abc » : donnez un nombre de 1 à 65535."),
        (("--port", "99999"), "PORT vaut « 99999 »"),
        (("--hote", "192.0.2.44"), "HOST vaut « 192.0.2.44 », qui n'est pas une adresse"),
        (("--hote", "pas-un-hote.invalid"), "HOST vaut « pas-un-hote.invalid »"),
    ],
)
def test_un_port_ou_une_adresse_impossible_se_dit_par_une_phrase(options, phrase):
    with pytest.raises(CommandError, match=re.escape(phrase)):
        call_command("demarrer", *options)


def test_un_port_reserve_se_dit_par_une_phrase():
    refus = PermissionError(errno.EACCES, "Permission denied")

    assert pourquoi_ferme(refus, hote="127.0.0.1", port=80) == (
        "Le port 80 est réservé à l'administrateur de la machine : PORT=8000 ./lancer"
    )


def test_ouvert_au_reseau_le_site_repond_a_ses_noms(monkeypatch):
    for nom in ("ALLOWED_HOSTS", "SITE_URL"):
        monkeypatch.delenv(nom, raising=False)
    sans = environnement_du_site("127.0.0.1", "http://localhost:8000")
    avec = environnement_du_site("0.0.0.0", "http://192.0.2.9:8000")

    assert "ALLOWED_HOSTS" not in sans
    assert {"localhost", "127.0.0.1", socket.gethostname()} <= set(avec["ALLOWED_HOSTS"].split(","))
    assert avec["SITE_URL"] == "http://192.0.2.9:8000"


def test_ouvert_au_reseau_le_site_demarre_et_n_exige_un_expediteur_que_si_des_courriels_partent(
    env, monkeypatch, capfd
):
    for nom in ("ALLOWED_HOSTS", "SITE_URL"):
        env.pop(nom, None)
    monkeypatch.setattr(os, "environ", env)
    au_reseau = environnement_du_site("0.0.0.0", "http://192.0.2.9:8000")

    verifier_les_reglages(au_reseau)
    with pytest.raises(SystemExit) as arret:
        verifier_les_reglages(au_reseau | {"SMTP_URL": "smtp://relais.example"})
    assert str(arret.value).startswith("Réglages : EXPEDITEUR manque : « 192.0.2.9 » (SITE_URL)")
    verifier_les_reglages(
        au_reseau | {"SMTP_URL": "smtp://relais.example", "EXPEDITEUR": "non@exemple.example"}
    )
    assert capfd.readouterr() == ("", "")


def test_des_reglages_que_le_site_refuserait_arretent_la_commande_avant_lui(env):
    for nom in ("ALLOWED_HOSTS", "SITE_URL"):
        env.pop(nom, None)
    fini = python(
        *("manage.py", "demarrer", "--hote", "0.0.0.0", "--port", str(port_libre())),
        env=env | {"SMTP_URL": "smtp://relais.example"},
    )

    assert fini.returncode == 1
    assert fini.stderr.startswith("Réglages : EXPEDITEUR manque")
    assert fini.stdout == ""


@pytest.mark.parametrize("commande", ["lancer", "tester"])
def test_un_argument_inconnu_rappelle_l_usage_sans_rien_demarrer(commande):
    fini = subprocess.run(
        [RACINE / commande, "--aide"], capture_output=True, text=True, timeout=30, check=False
    )

    assert fini.returncode == 2
    assert fini.stdout == ""
    assert "Variables : PORT" in fini.stderr or "--vite" in fini.stderr
    assert not fini.stderr.startswith("#")


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


def test_un_terminal_ferme_n_empeche_pas_d_arreter_les_siens(monkeypatch):
    class Ferme:
        def write(self, texte):
            raise BrokenPipeError

        def flush(self):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Ferme())

    ecran("web", "une ligne")


def test_une_trace_json_redevient_une_phrase():
    assert lisible('{"niveau": "INFO", "message": "Bonjour"}') == "Bonjour"
    assert lisible('{"niveau": "ERROR", "message": "Aïe", "trace": "ici"}') == "ERROR Aïe\nici"
    assert lisible("{pas du json") == "{pas du json"
