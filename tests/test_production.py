"""Les processus de production, lancés à la main : ceux du Dockerfile et de docker-compose.yml."""

import json
import os
import re
import signal
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
import redis
from psycopg import sql

from recouvrement.environnement import RACINE
from tests.services import attendre, environnement, port_libre, processus, python
from tests.yaml_compose import lire

pytestmark = [pytest.mark.services, pytest.mark.postgres]

HOTE = "recouvrement.example"
SERVICES = lire((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


class SansRenvoi(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def page(port: int, chemin: str, **entetes: str) -> tuple[int, str, dict]:
    requete = urllib.request.Request(
        f"http://127.0.0.1:{port}{chemin}", headers={"Host": HOTE} | entetes
    )
    try:
        reponse = urllib.request.build_opener(SansRenvoi, urllib.request.ProxyHandler({})).open(
            requete, timeout=10
        )
    except urllib.error.HTTPError as erreur:
        return erreur.code, erreur.read().decode(), dict(erreur.headers)
    return reponse.status, reponse.read().decode(), dict(reponse.headers)


@pytest.fixture
def base_de_production():
    """Une base PostgreSQL neuve sur le serveur de la suite, et ce qui y mène."""
    adresse = os.environ["DATABASE_URL"]
    nom = f"production_{uuid4().hex[:12]}"
    with psycopg.connect(adresse, autocommit=True) as connexion:
        connexion.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(nom)))
        yield adresse.rpartition("/")[0] + f"/{nom}"
        connexion.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(nom)))


@pytest.fixture
def production(base_de_production, tmp_path):
    """L'environnement de docker-compose.yml : secrets par fichiers, adresse en https."""
    secrets = {
        "SECRET_KEY": uuid4().hex + uuid4().hex,
        "DATABASE_URL": base_de_production,
        "REDIS_URL": os.environ["REDIS_URL"].rpartition("/")[0] + "/7",
        "SMTP_URL": "",
    }
    fichiers = {}
    for nom, valeur in secrets.items():
        fichier = tmp_path / nom.lower()
        fichier.write_text(valeur)
        fichiers[f"{nom}_FILE"] = str(fichier)
    env = environnement(
        **fichiers,
        SITE_URL=f"https://{HOTE}",
        ALLOWED_HOSTS=HOTE,
        FICHIERS=tmp_path / "fichiers",
        STATIQUES=tmp_path / "statiques",
        STOCKAGE_STATIQUES="whitenoise.storage.CompressedManifestStaticFilesStorage",
        PYTHONWARNINGS="ignore",
    )
    del env["SECRET_KEY"]
    return env


def du_dockerfile(port: int) -> list[str]:
    texte = (RACINE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    commande = json.loads(re.search(r"^CMD (\[.*\])$", texte, re.MULTILINE)[1])
    return [
        *(sys.executable, "-m"),
        *(f"127.0.0.1:{port}" if mot == "0.0.0.0:8000" else mot for mot in commande),
    ]


def du_compose(service: str, **remplacements: str) -> list[str]:
    commande = SERVICES[service]["command"]
    return [sys.executable, "-m", *(remplacements.get(mot.strip("/"), mot) for mot in commande)]


def test_site_travailleur_et_horloge_servent_puis_s_arretent_proprement(production, tmp_path):
    for commande in (["migrate", "--noinput"], ["collectstatic", "--noinput", "-i", "*.map"]):
        fait = python("manage.py", *commande, "--verbosity", "0", env=production, delai=120)
        assert fait.returncode == 0, fait.stderr
    port = port_libre()
    file = redis.from_url((tmp_path / "redis_url").read_text())
    commandes = {
        "web": du_dockerfile(port),
        "travailleur": du_compose("travailleur"),
        "horloge": du_compose("horloge", **{"tmp/horloge": str(tmp_path / "horloge")}),
    }
    with ExitStack() as pile:
        pile.callback(file.flushdb)
        lances = {}

        def lancer(nom: str) -> None:
            lances[nom] = pile.enter_context(
                processus(*commandes[nom], env=production, trace=tmp_path / f"{nom}.log")
            )

        def trace(nom: str) -> str:
            return (tmp_path / f"{nom}.log").read_text(errors="replace")

        def ecoute() -> bool:
            assert lances["web"].poll() is None, trace("web")
            try:
                return page(port, "/sante/vivant") is not None
            except OSError:
                return False

        lancer("web")
        attendre(ecoute, delai=60, quoi="le site")
        assert page(port, "/sante/vivant")[:2] == (200, "vivant\n"), trace("web")
        assert page(port, "/sante/pret")[:2] == (200, "prêt\n"), trace("web")
        mesures = page(port, "/sante/mesures")[1]
        assert "\nrecouvrement_battement_age_secondes" not in mesures

        statut, texte, entetes = page(port, "/compte/login/", **{"X-Forwarded-Proto": "https"})
        assert statut == 200, trace("web")
        assert "max-age=31536000" in entetes["Strict-Transport-Security"]
        assert "__Host-csrf" in entetes["Set-Cookie"]
        feuille = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', texte)[1]
        statut, _, entetes = page(port, feuille, **{"X-Forwarded-Proto": "https"})
        assert (statut, "immutable" in entetes["Cache-Control"]) == (200, True)

        statut, _, entetes = page(port, "/compte/login/")
        assert (statut, entetes["Location"]) == (301, f"https://{HOTE}/compte/login/")

        lancer("travailleur")
        lancer("horloge")
        # Une sonnerie traverse Redis et le travailleur jusqu'à la base.
        python("-m", "celery", "-A", "recouvrement", "call", "relances.battre", env=production)
        attendre(
            lambda: "\nrecouvrement_battement_age_secondes" in page(port, "/sante/mesures")[1],
            delai=60,
            quoi="un battement",
        )
        attendre(lambda: list(tmp_path.glob("horloge*")), delai=60, quoi=trace("horloge"))
        assert page(port, "/sante/pret")[0] == 200

        for nom, lance in lances.items():
            lance.send_signal(signal.SIGTERM)
            assert lance.wait(30) == 0, (nom, trace(nom))
        for nom in lances:
            assert "Traceback" not in trace(nom), trace(nom)
