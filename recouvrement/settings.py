"""Réglages. Toute valeur qui dépend du lieu vient de l'environnement (tableau du README)."""

from typing import Any

from recouvrement.attentes import attentes
from recouvrement.courriel.regles.expediteur import adresse_de_la_copie, expediteur_de_compte
from recouvrement.environnement import (
    RACINE,
    adresse_d_horodatage,
    adresse_du_guetteur,
    adresse_du_site,
    adresse_redis,
    base_de_donnees,
    cle_secrete,
    cles_de_chiffrement,
    fichier_lisible,
    identite_de_l_instance,
    jeton_des_mesures,
    lire_environnement,
    niveau_des_traces,
    nombre,
    noms_du_site,
    oui_ou_non,
    ouvrir_dossier,
    refermer,
    stockage_statique,
    texte_de,
)
from recouvrement.serveurs import serveur_imap, serveur_smtp

env = lire_environnement()

DEBUG = oui_ou_non(env, "DEBUG")
SECRET_KEY = cle_secrete(env)
CLES_CHIFFREMENT = cles_de_chiffrement(env)
_adresse = adresse_du_site(env)
SITE_URL = _adresse.geturl()
ALLOWED_HOSTS = noms_du_site(env, _adresse)
# Relatif, un chemin part du projet : chaque processus a son dossier courant.
VAR = RACINE / (texte_de(env, "DOSSIER_VAR") or "var")
FICHIERS = RACINE / (texte_de(env, "FICHIERS") or VAR / "fichiers")
for _dossier in (VAR, FICHIERS):
    refermer(_dossier)
POLICES = FICHIERS / "polices"
# Hors de la base : une sauvegarde restaurée n'y change rien.
JOURNAL_ENVOIS = RACINE / (texte_de(env, "JOURNAL_ENVOIS") or FICHIERS.parent / "envois.journal")
INSTANCE = identite_de_l_instance(env, cle=SECRET_KEY)
# Hors de la base, à copier ailleurs : ce qui dit chaque nuit où en était le journal.
ANCRES = RACINE / (texte_de(env, "ANCRES") or FICHIERS.parent / "ancres")
HORODATAGE_URL = adresse_d_horodatage(env)
HORODATAGE_RACINES = fichier_lisible(env, "HORODATAGE_RACINES")

# Par créancier : ce qu'il garde, ce qu'il dépose en une heure ; par personne : ses exports.
QUOTA_STOCKAGE = nombre(env, "QUOTA_STOCKAGE_GO", defaut=5) * 1024**3
QUOTA_DEPOTS = nombre(env, "QUOTA_DEPOTS_HEURE", defaut=5000)
QUOTA_EXPORTS = nombre(env, "QUOTA_EXPORTS_HEURE", defaut=60)

# La contribution devant un tribunal des activités économiques, tant que le Conseil n'a pas tranché.
CONTRIBUTION_TAE = not oui_ou_non(env, "TAIRE_CONTRIBUTION_TAE")

CSRF_TRUSTED_ORIGINS = [f"{_adresse.scheme}://{_adresse.netloc}"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "recouvrement.socle",
    "recouvrement.comptes",
    "recouvrement.journal",
    "recouvrement.documents",
    "recouvrement.courriel",
    "recouvrement.equipe",
    "clients",
    "factures",
    "relances",
    "contentieux",
    "recouvrement.accueil",
    "recouvrement.demonstration",
    "recouvrement.banc",
    "recouvrement.exploitation",
    "recouvrement.vie_privee",
]

MIDDLEWARE = [
    "recouvrement.exploitation.views.sondes.Sondes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "recouvrement.socle.middlewares.compression.CompresserLeTexte",
    "recouvrement.socle.middlewares.indisponible.AttendreUnPeu",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "recouvrement.socle.middlewares.entetes.EntetesPrives",
    "recouvrement.socle.middlewares.refus.RefusEnPage",
    "recouvrement.socle.middlewares.pages_entieres.PagesEntieres",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "recouvrement.equipe.middlewares.InscrireLesSorties",
]

ROOT_URLCONF = "recouvrement.urls"
WSGI_APPLICATION = "recouvrement.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "recouvrement.socle.templatetags.balises",
                "recouvrement.socle.templatetags.composants",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recouvrement.accueil.contexte.cadre",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

ATTENTES = attentes(env)
SQLITE = {
    "timeout": ATTENTES.sqlite,
    # IMMEDIATE : une transaction qui lit puis écrit n'échoue pas à se promouvoir.
    "transaction_mode": "IMMEDIATE",
    # recursive_triggers : sans lui, INSERT OR REPLACE passe outre le journal immuable.
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        "PRAGMA recursive_triggers=ON;PRAGMA foreign_keys=ON;"
    ),
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": base_de_donnees(env, defaut=VAR / "base.sqlite3")
}
DATABASES["default"] |= {"ATOMIC_REQUESTS": False}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE
    ouvrir_dossier(VAR, variable="DOSSIER_VAR")
    for _suffixe in ("", "-wal", "-shm"):
        refermer(RACINE / f"{DATABASES['default']['NAME']}{_suffixe}")
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["OPTIONS"] |= ATTENTES.pour_postgresql(
        deja=DATABASES["default"]["OPTIONS"]
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# SQLite ignore les colonnes INCLUDE d'un index : sans dommage.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

REDIS_URL = adresse_redis(env)
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # Absent, il se dit aussitôt ; il ne fait attendre personne.
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 3},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR / "cache",
            # Plein, il jette au hasard : à trois cents, on viderait exprès les limites d'essais.
            "OPTIONS": {"MAX_ENTRIES": 5000},
        }
    }

AUTH_USER_MODEL = "comptes.Utilisateur"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{nom}"} | options
    for nom, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": 12}}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accueil:racine"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "recouvrement.equipe.adaptateurs.AdaptateurComptes"
ACCOUNT_FORMS = {"reset_password": "recouvrement.equipe.forms.OubliForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Mot de passe changé, double authentification retirée : la personne l'apprend par courriel.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Au-delà de cinq minutes, un geste grave redemande qui est là.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Recouvrement : "
ACCOUNT_RATE_LIMITS = {"login_failed": "20/h/ip,5/15m/key", "login": "60/m/ip"}
MFA_ADAPTER = "recouvrement.equipe.adaptateurs.AdaptateurDouble"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Recouvrement"
# Une horloge de téléphone en avance ou en retard d'une demi-minute ne ferme pas la porte.
MFA_TOTP_TOLERANCE = 1
# On n'entre que sur invitation : l'adresse est celle qui a reçu le lien.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Suivre l'activité écrirait en base à chaque page, et prendrait le verrou de SQLite.
USERSESSIONS_TRACK_ACTIVITY = False

PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

EN_HTTPS = _adresse.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = EN_HTTPS
if EN_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^sante/"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Derrière le mandataire, sans cela, tous auraient la même adresse et la même limite d'essais.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "object-src": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1200
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["recouvrement.socle.regionaux"]

STATIC_URL = "static/"
STATIC_ROOT = str(RACINE / (texte_de(env, "STATIQUES") or VAR / "statiques"))
if not texte_de(env, "STATIQUES"):
    ouvrir_dossier(VAR / "statiques", variable="DOSSIER_VAR")
STATICFILES_DIRS = [RACINE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": stockage_statique(env)},
}

SERVEUR_SMTP = serveur_smtp(texte_de(env, "SMTP_URL"))
# Une copie de chaque relance, dans une boîte que l'on peut lire : de quoi lever les incertains.
COPIE_TEMOIN = adresse_de_la_copie(texte_de(env, "COPIE_TEMOIN").strip())
BOITE_TEMOIN = serveur_imap(texte_de(env, "TEMOIN_URL"))
MAILERS = {"default": {"BACKEND": "recouvrement.courriel.adaptateurs.BoiteDeDepart"}}
DEFAULT_FROM_EMAIL = expediteur_de_compte(
    texte_de(env, "EXPEDITEUR").strip(),
    hote=_adresse.hostname or "",
    part=SERVEUR_SMTP is not None,
)

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | float]
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 1800,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
else:
    _file = VAR / "file"
    for _dossier in (_file / "messages", _file / "controle"):
        ouvrir_dossier(_dossier, variable="DOSSIER_VAR")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_file / "messages"),
        "data_folder_out": str(_file / "messages"),
        "control_folder": str(_file / "controle"),
        "polling_interval": 0.2,
    }
# Une seule cadence : chaque minute, on demande à la base ce qui est dû.
CELERY_BEAT_SCHEDULE = {
    "battement": {"task": "relances.battre", "schedule": 60.0},
    "veille": {"task": "exploitation.veiller", "schedule": 60.0},
    "verification": {"task": "exploitation.verifier", "schedule": 60.0},
    "journal": {"task": "journal.veiller", "schedule": 60.0},
    "purge": {"task": "vie_privee.purger", "schedule": 60.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")

# Secondes que vaut, sans ligne nouvelle au journal, le compte de ce qui attend ; 0 : aucune.
COMPTE_COMMUN = 60
# Combien de requêtes un processus web mène ensemble : quatre de moins qu'il n'a de fils
# (Dockerfile, demarrer). Il en reste pour dire « vivant » et « réessayez » quand toutes attendent.
PLACES = 28
PING_URL = adresse_du_guetteur(env)
JETON_MESURES = jeton_des_mesures(env)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"ligne": {"()": "recouvrement.socle.traces.UneLigneJson"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ligne"}},
    "root": {"handlers": ["console"], "level": niveau_des_traces(env)},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # Django et gunicorn les écriraient eux-mêmes, à leur façon : la racine s'en charge.
        **{
            nom: {"handlers": [], "propagate": True}
            for nom in ("django", "django.server", "gunicorn.error", "gunicorn.access")
        },
    },
}
