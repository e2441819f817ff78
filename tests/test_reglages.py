"""Les réglages : ce qui manque arrête le démarrage par une phrase, ce qui est réglé est obéi."""

import json
import os
import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from recouvrement.environnement import RACINE
from recouvrement.serveurs import serveur_smtp
from tests.services import CLEF, DU_POSTE, environnement, python

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
        "PING_URL": "https://guetteur.example/ping/abc\n",
        "JETON_MESURES": "jeton-tire-au-hasard-0123456789\n",
    }.items():
        (tmp_path / nom).write_text(valeur)
    lus = reglages(
        "SECRET_KEY",
        "DATABASES",
        *("SERVEUR_SMTP", "PING_URL", "JETON_MESURES"),
        SECRET_KEY="",
        SECRET_KEY_FILE=str(tmp_path / "SECRET_KEY"),
        DATABASE_URL_FILE=str(tmp_path / "DATABASE_URL"),
        SMTP_URL_FILE=str(tmp_path / "SMTP_URL"),
        PING_URL_FILE=str(tmp_path / "PING_URL"),
        JETON_MESURES_FILE=str(tmp_path / "JETON_MESURES"),
    )

    assert lus["SECRET_KEY"] == CLEF + "-du-fichier"
    assert f"{tmp_path}/x.sqlite3" in lus["DATABASES"]
    assert "mot@passe" in lus["SERVEUR_SMTP"]
    assert lus["PING_URL"] == "https://guetteur.example/ping/abc"
    assert lus["JETON_MESURES"] == "jeton-tire-au-hasard-0123456789"


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
        ("HORODATAGE_URL", "ftp://horloge.example", "HORODATAGE_URL doit commencer par http://"),
        ("HORODATAGE_URL", "https://horloge.example:99999", "HORODATAGE_URL ne se lit pas"),
        ("HORODATAGE_RACINES", "/nulle/part.pem", "HORODATAGE_RACINES désigne « /nulle/part.pem »"),
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


@pytest.fixture
def faute(monkeypatch, tmp_path):
    """La phrase où s'arrête la lecture des réglages, quand l'environnement n'a que `valeurs`."""

    def lire(**valeurs: str) -> str:
        for nom in [nom for nom in os.environ if nom.removesuffix("_FILE") in DU_POSTE]:
            monkeypatch.delenv(nom)
        for nom, valeur in {"SECRET_KEY": CLEF, "DOSSIER_VAR": str(tmp_path / "var")}.items():
            monkeypatch.setenv(nom, valeur)
        for nom, valeur in valeurs.items():
            monkeypatch.setenv(nom, valeur)
        with pytest.raises(ImproperlyConfigured) as arret:
            runpy.run_path(str(RACINE / "recouvrement/settings.py"))
        return str(arret.value)

    return lire


@pytest.mark.parametrize(
    ("nom", "valeur", "phrase"),
    [
        ("DATABASE_URL", "//u:p@h/b", "DATABASE_URL doit commencer par postgres://"),
        ("DATABASE_URL", "postgres://u:p@h:abc/b", "DATABASE_URL ne se lit pas : le port"),
        ("DATABASE_URL", "postgres://u:p@h:99999/b", "DATABASE_URL ne se lit pas : le port"),
        ("DATABASE_URL", "postgres://u:a/b@h/n", "/ ? # [ ] et % s'écrivent"),
        ("DATABASE_URL", "postgres://u:p@[::1/b", "DATABASE_URL ne se lit pas"),
        ("DATABASE_URL", "postgres://u:p@h:5432", "DATABASE_URL ne nomme pas la base"),
        ("DATABASE_URL", "sqlite://base.sqlite3", "DATABASE_URL nomme un serveur pour SQLite"),
        ("DATABASE_URL", "sqlite:////nulle/part.sqlite3", "« /nulle », où l'on ne peut pas écrire"),
        ("REDIS_URL", "redis://h:abc/0", "REDIS_URL ne se lit pas : le port"),
        ("REDIS_URL", "redis://h:0/0", "REDIS_URL donne le port 0"),
        ("REDIS_URL", "redis://h:6379/abc", "REDIS_URL finit par « /abc »"),
        ("REDIS_URL", "unix:///run/redis.sock", "REDIS_URL doit commencer par redis://"),
        ("REDIS_URL", "redis://", "et nommer un serveur"),
        ("SMTP_URL", "smtp://h:abc", "SMTP_URL ne se lit pas : le port"),
        ("SMTP_URL", "smtp://", "et nommer un serveur"),
        ("SITE_URL", "http://h:abc", "SITE_URL ne se lit pas : le port"),
        ("SITE_URL", "http://[::1", "SITE_URL ne se lit pas"),
        ("SITE_URL", "https://moi:mot@h.example", "SITE_URL vaut"),
        ("SITE_URL", "https://h.example?a=1", "SITE_URL vaut"),
        ("ALLOWED_HOSTS", "a.example,https://b.example", "contient « https://b.example »"),
        ("ALLOWED_HOSTS", "a.example:8000", "sans https:// ni port"),
        ("EXPEDITEUR", "moi@127.0.0.1", "EXPEDITEUR vaut « moi@127.0.0.1 »"),
        ("EXPEDITEUR", "sans arobase", "EXPEDITEUR vaut « sans arobase »"),
        ("EXPEDITEUR", "Nom\nBcc: x@y.fr <a@b.fr>", "EXPEDITEUR contient un saut de ligne"),
        ("COPIE_TEMOIN", "nimporte quoi", "COPIE_TEMOIN vaut « nimporte quoi »"),
        ("COPIE_TEMOIN", "a@b.fr, c@d.fr", "COPIE_TEMOIN vaut « a@b.fr, c@d.fr »"),
        ("PING_URL", "http://[x", "PING_URL ne se lit pas"),
        ("PING_URL", "https://guetteur.example:99999/p", "PING_URL ne se lit pas : le port"),
        ("DEBUG", "peut-être", "DEBUG vaut « peut-être » : écrivez 1 (oui) ou 0 (non)."),
        ("STOCKAGE_STATIQUES", "rien.du.Tout", "STOCKAGE_STATIQUES vaut « rien.du.Tout »"),
        ("STOCKAGE_STATIQUES", "Tout", "STOCKAGE_STATIQUES vaut « Tout »"),
        ("DOSSIER_VAR", "/proc/self", "« /proc/self », où l'on ne peut pas écrire"),
        ("DOSSIER_VAR", "/dev/null/var", "ne se crée pas : un fichier est sur le chemin."),
        ("FICHIER_ENV", "/nulle/part", "FICHIER_ENV désigne « /nulle/part », qui n'existe pas."),
        ("FICHIER_ENV", "/", "« / » ne se lit pas : c'est un dossier."),
    ],
)
def test_chaque_reglage_qui_ne_peut_pas_marcher_a_sa_phrase(faute, nom, valeur, phrase):
    assert phrase in faute(**{nom: valeur})


@pytest.mark.parametrize("nom", ["DATABASE_URL", "REDIS_URL", "SMTP_URL"])
def test_une_adresse_fausse_ne_montre_pas_son_mot_de_passe(faute, nom):
    genre = {"DATABASE_URL": "postgres", "REDIS_URL": "redis", "SMTP_URL": "smtp"}[nom]
    for fin in ("h:abc/x", "h:0/x"):
        assert "tres-secret" not in faute(**{nom: f"{genre}://moi:tres-secret@{fin}"})


@pytest.mark.parametrize(
    ("octets", "phrase"),
    [
        (b"SECRET_KEY=\xe9\xff", "ne se lit pas : ce n'est pas du texte en UTF-8."),
        (b"# dit\n\nSMTP_URL = smtp://h\n", ", ligne 3 : écrivez NOM=valeur"),
    ],
)
def test_un_fichier_de_reglages_illisible_est_nomme(faute, tmp_path, octets, phrase):
    (tmp_path / "env").write_bytes(octets)

    dite = faute(FICHIER_ENV=str(tmp_path / "env"))

    assert str(tmp_path / "env") in dite
    assert phrase in dite


@pytest.mark.parametrize("site", ["http://192.0.2.9:8000", "http://[::1]:8000", "http://serveur"])
def test_une_adresse_dont_on_ne_fait_pas_un_expediteur_l_exige_si_des_courriels_partent(
    faute, tmp_path, site
):
    phrase = faute(SITE_URL=site, SMTP_URL="smtp://relais.example")

    assert phrase.startswith("EXPEDITEUR manque")
    assert reglages("DEFAULT_FROM_EMAIL", SITE_URL=site, DOSSIER_VAR=str(tmp_path)) == {
        "DEFAULT_FROM_EMAIL": "ne-pas-repondre@sans-envoi.invalid"
    }


@pytest.mark.parametrize(
    "commande",
    [
        ("manage.py", "migrate", "--check"),
        ("-m", "gunicorn", "recouvrement.wsgi", "--preload", "--no-control-socket"),
        ("-m", "gunicorn", "recouvrement.wsgi", "--no-control-socket"),
        ("-m", "celery", "-A", "recouvrement", "worker"),
        ("-m", "celery", "-A", "recouvrement", "beat"),
        ("-m", "celery", "-A", "recouvrement", "inspect", "ping"),
    ],
)
def test_tout_processus_s_arrete_sur_la_meme_phrase(commande):
    bind = ("--bind", "127.0.0.1:0") if "gunicorn" in commande else ()
    fini = python(*commande, *bind, env=lire_env(REDIS_URL="redis://h:abc/0"))

    assert fini.returncode not in (0, None)
    assert "Réglages : REDIS_URL ne se lit pas : le port" in fini.stderr
    assert "Traceback" not in fini.stdout + fini.stderr


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
