"""Le plus récent Python annoncé, dans la Debian qui l'apporte.

Installé comme docs/deploiement.md le dit sans Docker : pip et exigences.txt, deux rôles
PostgreSQL ; la démonstration, une relance reçue par un vrai serveur SMTP, puis le site, le
travailleur et l'horloge ensemble.
"""

import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE
from tests.appuis.annonces import pythons
from tests.appuis.smtp import un_serveur_smtp
from tests.campagnes.racine import CHEMIN, Racine, exiger_de_quoi_monter
from tests.services import CLEF, attendre, port_libre, processus

pytestmark = [pytest.mark.campagne, pytest.mark.postgres]

# Celle dont python3 est le plus récent annoncé.
SUITE = os.environ.get("SUITE_DEBIAN", "forky")
PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core"
HORS = (".git", ".venv*", ".outils", "var", "secrets", "__pycache__", ".*_cache", ".env")


def test_le_plus_recent_python_annonce_s_installe_et_envoie(tmp_path):
    exiger_de_quoi_monter()
    paquets = ("ca-certificates", "python3", "python3-venv", "postgresql", *PANGO.split())
    racine = Racine.debian(SUITE, tmp_path / "racine", *paquets)
    assert racine.faire("python3 --version").startswith(f"Python {pythons()[-1]}.")
    shutil.copytree(RACINE, racine / "/app", ignore=shutil.ignore_patterns(*HORS))
    racine.faire(
        "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r exigences.txt",
        cwd="/app",
    )
    with une_base(racine, tmp_path) as (version, adresses):
        print(f"  {SUITE} : {racine.faire('python3 --version').strip()}, PostgreSQL {version}")
        with un_serveur_smtp(tmp_path) as puits:
            env = {
                "FICHIER_ENV": "/dev/null",
                "SECRET_KEY": CLEF,
                "DOSSIER_VAR": "/var/recouvrement",
                "SMTP_URL": f"smtp://127.0.0.1:{puits.reglage.port}",
            }
            faire(racine, "manage.py", "migrate", env=env | {"DATABASE_URL": adresses[0]})
            application = env | {"DATABASE_URL": adresses[1]}
            fumee = ("tests/appuis/fumee.py", "--sans-migrer", "--demonstration")
            print(f"  {faire(racine, *fumee, env=application).splitlines()[-1]}")
            assert ["fumee@duval.example"] in [ligne["a"] for ligne in puits.lignes()]
        port, trace = port_libre(), tmp_path / "demarrer.log"
        commande = racine.commande(
            [".venv/bin/python", "manage.py", "demarrer", "--port", str(port)],
            env=application | {"SMTP_URL": ""},
            cwd="/app",
        )
        with processus(*commande, env={"PATH": CHEMIN}, trace=trace) as lance:
            attendre(
                lambda: "est prêt" in trace.read_text() or lance.poll() is not None,
                delai=120,
                quoi="l'annonce",
            )
            adresse = f"http://localhost:{port}/compte/login/"
            with urllib.request.urlopen(adresse, timeout=30) as page:
                assert page.status == 200
            lance.send_signal(signal.SIGINT)
            assert lance.wait(60) == 0, trace.read_text()
        assert "Traceback" not in trace.read_text()


def faire(racine: Racine, *mots: str, env: dict[str, str]) -> str:
    commande = racine.commande([".venv/bin/python", *mots], env=env, cwd="/app")
    fini = subprocess.run(commande, capture_output=True, text=True, check=False, timeout=600)
    assert fini.returncode == 0, fini.stdout + fini.stderr
    return fini.stdout


@contextmanager
def une_base(racine: Racine, dossier: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Un serveur sur la boucle locale ; l'adresse du propriétaire et celle de l'application."""
    (programmes,) = (racine / "/usr/lib/postgresql").iterdir()
    version, port = programmes.name, port_libre()
    executables = f"/usr/lib/postgresql/{version}/bin"
    comme_postgres = "setpriv --reuid postgres --regid postgres --clear-groups"
    racine.faire(
        f"install -d -o postgres /base && {comme_postgres} {executables}/initdb -D /base "
        "--no-sync --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256"
    )
    serveur = racine.commande(
        [f"{executables}/postgres", "-D", "/base", "-k", "/tmp", "-p", str(port)],
        env={},
        uid=racine.uid_de("postgres"),
    )
    ici = {"PGHOST": "/tmp", "PGPORT": str(port)}
    trace = dossier / "postgres.log"
    with processus(*serveur, env={"PATH": CHEMIN}, trace=trace) as lance:

        def pret() -> bool:
            assert lance.poll() is None, trace.read_text()
            epreuve = racine.commande([f"{executables}/pg_isready"], env=ici)
            return subprocess.run(epreuve, capture_output=True, check=False).returncode == 0

        attendre(pret, delai=60, quoi="PostgreSQL")
        racine.faire(
            f"""
            {comme_postgres} psql -q -d postgres -c "CREATE ROLE recouvrement LOGIN PASSWORD 'a1b2'"
            {comme_postgres} createdb --owner recouvrement recouvrement
            printf c3d4 > /mot && chmod 444 /mot
            {comme_postgres} env POSTGRES_USER=postgres PROPRIETAIRE=recouvrement \
              MOT_APPLICATION_FILE=- sh .ci/role_application.sh < /mot
            """,
            env=ici,
            cwd="/app",
        )
        yield (
            version,
            tuple(
                f"postgres://{compte}@127.0.0.1:{port}/recouvrement"
                for compte in ("recouvrement:a1b2", "application:c3d4")
            ),
        )
