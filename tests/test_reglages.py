"""Les réglages : ce qui manque arrête le démarrage par une phrase, ce qui est réglé est obéi."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from recouvrement.environnement import RACINE, serveur_smtp
from tests.services import CLEF, environnement, python

LIRE = """
import json
from django.conf import settings as s
print(json.dumps({nom: str(getattr(s, nom, None)) for nom in %r}))
"""


def reglages(*noms: str, **valeurs: str) -> dict[str, str]:
    fini = python("-c", LIRE % (noms,), env=lire_env(**valeurs))
    assert fini.returncode == 0, fini.stderr
    return json.loads(fini.stdout)


def refus(**valeurs: str) -> str:
    fini = python("manage.py", "migrate", "--check", env=environnement(**valeurs))
    assert fini.returncode == 1
    phrase = fini.stderr.strip()
    assert "Traceback" not in phrase
    return phrase


def lire_env(**valeurs: str) -> dict[str, str]:
    return environnement(DJANGO_SETTINGS_MODULE="recouvrement.settings", **valeurs)


@pytest.mark.parametrize(
    ("clef", "phrase"),
    [
        ("", "SECRET_KEY manque"),
        ("changez-moi-changez-moi-changez-moi-changez-moi", "SECRET_KEY est une valeur d'exemple"),
        ("django-insecure-0123456789abcdef0123456789abcdef", "SECRET_KEY est une valeur d'exemple"),
        ("trop-courte", "SECRET_KEY est une valeur d'exemple ou trop courte"),
    ],
)
def test_sans_vraie_clef_le_demarrage_s_arrete_par_une_phrase(clef, phrase):
    assert phrase in refus(SECRET_KEY=clef)


@pytest.mark.parametrize("cles", ["courte", "changez-moi-changez-moi-changez-moi-changez-moi"])
def test_une_cle_de_chiffrement_d_exemple_arrete_le_demarrage(cles):
    assert "CLES_CHIFFREMENT contient" in refus(CLES_CHIFFREMENT=f"{CLEF}-1,{cles}")


def test_les_cles_de_chiffrement_se_lisent_dans_l_ordre():
    lus = reglages("CLES_CHIFFREMENT", CLES_CHIFFREMENT=f"{CLEF}-1, {CLEF}-2,")
    assert lus["CLES_CHIFFREMENT"] == str([f"{CLEF}-1", f"{CLEF}-2"])


def test_la_clef_de_l_exemple_est_refusee():
    lignes = dict(
        ligne.split("=", 1)
        for ligne in (RACINE / ".env.exemple").read_text(encoding="utf-8").splitlines()
        if "=" in ligne and not ligne.startswith("#")
    )
    assert "SECRET_KEY" in refus(SECRET_KEY=lignes["SECRET_KEY"])


def test_un_secret_se_donne_par_fichier(tmp_path):
    for nom, valeur in {
        "SECRET_KEY": CLEF + "-du-fichier\n",
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3\n",
        "SMTP_URL": "smtps://moi:mot%40passe@smtp.example\n",
    }.items():
        (tmp_path / nom).write_text(valeur)
    lus = reglages(
        "SECRET_KEY",
        "DATABASES",
        "SERVEUR_SMTP",
        SECRET_KEY="",
        SECRET_KEY_FILE=str(tmp_path / "SECRET_KEY"),
        DATABASE_URL_FILE=str(tmp_path / "DATABASE_URL"),
        SMTP_URL_FILE=str(tmp_path / "SMTP_URL"),
    )

    assert lus["SECRET_KEY"] == CLEF + "-du-fichier"
    assert f"{tmp_path}/x.sqlite3" in lus["DATABASES"]
    assert "mot@passe" in lus["SERVEUR_SMTP"]


def test_un_fichier_de_secret_introuvable_est_nomme(tmp_path):
    absent = tmp_path / "absent"

    assert f"SECRET_KEY_FILE désigne « {absent} »" in refus(SECRET_KEY_FILE=str(absent))


def test_un_secret_vide_se_dit_sauf_celui_du_courriel(tmp_path):
    vide = tmp_path / "vide"
    vide.touch()

    for nom in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
        assert refus(**{f"{nom}_FILE": str(vide)}) == (
            f"Réglages : {nom}_FILE désigne « {vide} », qui est vide."
        )
    assert reglages("SERVEUR_SMTP", SMTP_URL_FILE=str(vide)) == {"SERVEUR_SMTP": "None"}


@pytest.mark.parametrize(
    ("nom", "valeur", "phrase"),
    [
        ("DATABASE_URL", "mysql://u:p@h/b", "DATABASE_URL doit commencer par postgres://"),
        ("DATABASE_URL", "nimporte", "DATABASE_URL doit commencer par postgres://"),
        ("DATABASE_URL", "postgres://u:mot-de-passe@h/b", "mot de passe de l'exemple"),
        ("REDIS_URL", "http://redis", "REDIS_URL doit commencer par redis://"),
        ("REDIS_URL", "redis://:password@redis:6379/0", "mot de passe de l'exemple"),
        ("SMTP_URL", "http://relais.example", "SMTP_URL doit commencer par smtp://"),
        ("SMTP_URL", "smtps://compte:mot-de-passe@smtp.exemple.fr", "mot de passe de l'exemple"),
        ("SITE_URL", "recouvrement.example", "SITE_URL vaut « recouvrement.example »"),
        ("SITE_URL", "https://exemple.example/sous", "sans chemin"),
        ("NIVEAU_TRACES", "BAVARD", "NIVEAU_TRACES vaut BAVARD"),
        ("DOSSIER_VAR", "/proc/rien", "DOSSIER_VAR désigne « /proc/rien »"),
    ],
)
def test_un_reglage_faux_se_dit_par_une_phrase(nom, valeur, phrase):
    assert phrase in refus(**{nom: valeur})


def test_le_serveur_aussi_s_arrete_par_une_phrase():
    fini = python(
        *("-m", "gunicorn", "recouvrement.wsgi", "--preload", "--no-control-socket"),
        *("--bind", "127.0.0.1:0"),
        env=lire_env(SECRET_KEY="trop-courte"),
    )

    assert fini.returncode != 0
    assert "Réglages : SECRET_KEY est une valeur d'exemple" in fini.stderr
    assert "Traceback" not in fini.stderr


def test_une_variable_laissee_vide_vaut_son_defaut(tmp_path):
    lus = reglages(
        *("DEFAULT_FROM_EMAIL", "ALLOWED_HOSTS", "STATIC_ROOT", "FICHIERS"),
        SITE_URL="https://recouvrement.example",
        DOSSIER_VAR=str(tmp_path),
        **dict.fromkeys(("EXPEDITEUR", "ALLOWED_HOSTS", "STATIQUES", "FICHIERS"), ""),
    )

    assert lus == {
        "DEFAULT_FROM_EMAIL": "ne-pas-repondre@recouvrement.example",
        "ALLOWED_HOSTS": "['localhost', '127.0.0.1', '[::1]', 'recouvrement.example']",
        "STATIC_ROOT": f"{tmp_path}/statiques",
        "FICHIERS": f"{tmp_path}/fichiers",
    }


@pytest.mark.parametrize(
    ("adresse", "attendu"),
    [
        ("smtp://relais.example", ("relais.example", 25, "aucun", "", "")),
        ("smtp+tls://u%40x.fr:p%2Fw@h.example", ("h.example", 587, "starttls", "u@x.fr", "p/w")),
        ("smtps://u:p@h.example:4465", ("h.example", 4465, "tls", "u", "p")),
    ],
)
def test_l_adresse_smtp_dit_serveur_chiffrement_et_compte(adresse, attendu):
    serveur = serveur_smtp(adresse)

    assert (
        serveur.hote,
        serveur.port,
        serveur.chiffrement,
        serveur.identifiant,
        serveur.mot_de_passe,
    ) == attendu


def test_sans_adresse_smtp_rien_ne_part():
    assert serveur_smtp("") is None


def test_une_adresse_smtp_d_un_autre_genre_est_refusee():
    with pytest.raises(ImproperlyConfigured, match="smtp://"):
        serveur_smtp("http://relais.example")


def test_sans_redis_la_file_est_un_dossier_et_avec_lui_une_file_redis():
    sans = reglages("CELERY_BROKER_URL", "CACHES")
    avec = reglages("CELERY_BROKER_URL", "CACHES", REDIS_URL="redis://:mot@redis:6379/0")

    assert sans["CELERY_BROKER_URL"].startswith("filesystem://")
    assert "FileBasedCache" in sans["CACHES"]
    assert avec["CELERY_BROKER_URL"] == "redis://:mot@redis:6379/0"
    assert "RedisCache" in avec["CACHES"]


def test_sqlite_est_en_wal_immediat_et_fidele():
    options = reglages("DATABASES")["DATABASES"]

    assert "'transaction_mode': 'IMMEDIATE'" in options
    assert "journal_mode=WAL" in options
    assert "synchronous=FULL" in options
    assert "recursive_triggers=ON" in options


def test_en_production_la_verification_de_deploiement_est_sans_reproche():
    fini = python(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        env=environnement(
            SITE_URL="https://recouvrement.example",
            ALLOWED_HOSTS="recouvrement.example",
            SMTP_URL="smtps://u:p@smtp.example",
        ),
    )

    assert fini.returncode == 0, fini.stderr


def test_un_site_en_https_a_des_cookies_surs_et_renvoie_vers_lui():
    lus = reglages(
        *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME"),
        *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "ALLAUTH_TRUSTED_PROXY_COUNT"),
        SITE_URL="https://recouvrement.example",
    )

    assert lus == {
        "SESSION_COOKIE_SECURE": "True",
        "CSRF_COOKIE_SECURE": "True",
        "SESSION_COOKIE_NAME": "__Host-session",
        "SECURE_SSL_REDIRECT": "True",
        "SECURE_HSTS_SECONDS": "31536000",
        "ALLAUTH_TRUSTED_PROXY_COUNT": "1",
    }


@pytest.mark.django_db
def test_toute_reponse_porte_une_politique_de_contenu_stricte(client):
    reponse = client.get("/compte/login/")

    directives = dict(
        partie.strip().split(" ", 1)
        for partie in reponse["Content-Security-Policy"].split(";")
        if " " in partie.strip()
    )
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert directives["form-action"] == "'self'"


@pytest.mark.django_db
def test_aucune_page_ne_reste_dans_un_cache(client):
    reponse = client.get("/compte/login/")

    # never_cache d'allauth ou notre en-tête : dans les deux cas, rien ne se garde.
    assert "no-store" in reponse["Cache-Control"]
    assert "private" in reponse["Cache-Control"]
    assert reponse["X-Frame-Options"] == "DENY"
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Referrer-Policy"] == "same-origin"
    assert reponse["Cross-Origin-Opener-Policy"] == "same-origin"


def test_l_exemple_et_le_readme_disent_toutes_les_variables():
    """Une variable lue et tue ne sert qu'à qui lit le code."""
    source = "".join(
        (RACINE / chemin).read_text(encoding="utf-8")
        for chemin in ("recouvrement/settings.py", "recouvrement/environnement.py")
    )
    lues = {
        nom
        for morceau in source.split("env.")[1:]
        if '("' in morceau[:8] and (nom := morceau.split('("', 1)[1].split('"', 1)[0]).isupper()
    }
    readme = (RACINE / "README.md").read_text(encoding="utf-8")

    assert {"SECRET_KEY", "SITE_URL", "FICHIERS", "SMTP_URL"} <= lues
    assert {nom for nom in lues if f"`{nom}`" not in readme} == set()
