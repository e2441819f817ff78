"""Les processus de production, lancés à la main : ceux du Dockerfile et de docker-compose.yml."""

import json
import os
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack
from uuid import uuid4

import pytest
import redis

from recouvrement.environnement import RACINE
from tests.appuis.bases import un_role_application, une_base
from tests.appuis.smtp import un_serveur_smtp
from tests.services import attendre, de_production, environnement, port_libre, processus, python
from tests.test_architecture import SOURCES
from tests.test_exigences import PAQUETS, necessaires
from tests.yaml_compose import lire

pytestmark = [pytest.mark.services, pytest.mark.postgres]

HOTE = "recouvrement.example"
SERVICES = lire((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


class SansRenvoi(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def page(
    port: int, chemin: str, corps: bytes | None = None, /, **entetes: str
) -> tuple[int, str, dict]:
    requete = urllib.request.Request(
        f"http://127.0.0.1:{port}{chemin}", corps, headers={"Host": HOTE} | entetes
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
    with une_base(os.environ["DATABASE_URL"]) as adresse:
        yield adresse


@pytest.fixture
def puits(tmp_path):
    with un_serveur_smtp(tmp_path) as serveur:
        yield serveur


@pytest.fixture
def production(base_de_production, puits, tmp_path):
    """L'environnement de docker-compose.yml : secrets par fichiers, adresse en https.

    Les migrations passent en propriétaire ; tout le reste n'a que le rôle de l'application.
    """
    with un_role_application(base_de_production, tmp_path) as application:
        env = les_secrets(application, puits, tmp_path)
        migrer = env | {"DATABASE_URL_FILE": str(tmp_path / "proprietaire")}
        (tmp_path / "proprietaire").write_text(base_de_production)
        faire(*SERVICES["migration"]["command"][1:], env=migrer)
        faire("manage.py", "collectstatic", "--noinput", "-i", "*.map", env=env)
        yield env


def faire(*commande: str, env: dict[str, str]) -> str:
    fait = python(*commande, env=env, delai=180, interprete=de_production())
    assert fait.returncode == 0, fait.stderr
    return fait.stdout


def les_secrets(base: str, puits, tmp_path) -> dict[str, str]:
    secrets = {
        "SECRET_KEY": uuid4().hex + uuid4().hex,
        "DATABASE_URL": base,
        "REDIS_URL": os.environ["REDIS_URL"].rpartition("/")[0] + "/7",
        "SMTP_URL": f"smtp://127.0.0.1:{puits.reglage.port}",
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


UN_COMPTE = """
import django
django.setup()
from recouvrement.comptes.models import Utilisateur
Utilisateur.objects.create_user("compte@exemple.example", nom_complet="Nadège Rousselot")
"""


def demander_un_mot_de_passe(port: int) -> None:
    adresse = "/compte/password/reset/"
    https = {"X-Forwarded-Proto": "https", "Referer": f"https://{HOTE}{adresse}"}
    _, texte, entetes = page(port, adresse, **https)
    jeton = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', texte)[1]
    temoin = entetes["Set-Cookie"].partition(";")[0]
    corps = urllib.parse.urlencode(
        {"csrfmiddlewaretoken": jeton, "email": "compte@exemple.example"}
    ).encode()
    assert page(port, adresse, corps, Cookie=temoin, **https)[0] == 302


def du_dockerfile(port: int) -> list[str]:
    texte = (RACINE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    commande = json.loads(re.search(r"^CMD (\[.*\])$", texte, re.MULTILINE)[1])
    return [
        *(de_production(), "-m"),
        *(f"127.0.0.1:{port}" if mot == "0.0.0.0:8000" else mot for mot in commande),
    ]


def du_compose(service: str, **remplacements: str) -> list[str]:
    commande = SERVICES[service]["command"]
    return [de_production(), "-m", *(remplacements.get(mot.strip("/"), mot) for mot in commande)]


INVENTAIRE = """
import importlib, json, pkgutil
from importlib.metadata import distributions
import django
django.setup()
from django.core.management import get_commands, load_command_class
for source in %r:
    paquet = importlib.import_module(source)
    for module in pkgutil.walk_packages(paquet.__path__, source + "."):
        importlib.import_module(module.name)
aides = {
    nom: load_command_class(app, nom).create_parser("manage.py", nom).format_help()
    for nom, app in get_commands().items() if app.partition(".")[0] in %r
}
print(json.dumps([sorted(d.name.lower().replace("_", "-") for d in distributions()), list(aides)]))
"""


def test_la_production_n_a_que_ses_dependances_et_tout_s_y_importe(tmp_path):
    """Aucun outil de test n'y cache un manque : tout module et toute commande s'y chargent."""
    env = environnement(
        DJANGO_SETTINGS_MODULE="recouvrement.settings",
        DOSSIER_VAR=tmp_path,
        REDIS_URL=os.environ["REDIS_URL"],
    )
    installes, commandes = json.loads(faire("-c", INVENTAIRE % (SOURCES, SOURCES), env=env))

    assert set(installes) <= necessaires()
    assert {besoin["name"] for besoin in PAQUETS["recouvrement"]["dependencies"]} <= set(installes)
    assert {"battement", "demarrer", "importer_factures", "verifier"} <= set(commandes)


def test_site_travailleur_et_horloge_servent_puis_s_arretent_proprement(
    production, puits, tmp_path
):
    faire("-c", UN_COMPTE, env=production | {"DJANGO_SETTINGS_MODULE": "recouvrement.settings"})
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
        demander_un_mot_de_passe(port)
        faire("-m", "celery", "-A", "recouvrement", "call", "relances.battre", env=production)
        attendre(
            lambda: "\nrecouvrement_battement_age_secondes" in page(port, "/sante/mesures")[1],
            delai=60,
            quoi="un battement",
        )
        # De la page au serveur SMTP : site, base, file, travailleur.
        attendre(puits.lignes, delai=60, quoi="le message de compte")
        assert puits.lignes()[0]["a"] == ["compte@exemple.example"]
        attendre(lambda: list(tmp_path.glob("horloge*")), delai=60, quoi=trace("horloge"))
        assert page(port, "/sante/pret")[0] == 200

        for nom, lance in lances.items():
            lance.send_signal(signal.SIGTERM)
            assert lance.wait(30) == 0, (nom, trace(nom))
        for nom in lances:
            assert "Traceback" not in trace(nom), trace(nom)
