"""Lecture de l'environnement : `.env`, secrets en fichier, et chaque réglage à sa phrase."""

import errno
import hashlib
import hmac
import os
import re
import stat
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

RACINE = Path(__file__).resolve().parent.parent

SECRETS = (
    "SECRET_KEY",
    "CLES_CHIFFREMENT",
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "TEMOIN_URL",
    "PING_URL",
    "JETON_MESURES",
)
PEUVENT_ETRE_VIDES = ("SMTP_URL", "TEMOIN_URL", "PING_URL", "JETON_MESURES")
CLES_DE_PAILLASSE = ("change", "remplac", "insecure", "secret-key", "placeholder", "xxx")
# Ceux du README, de .env.exemple et du guide, qu'on aura recopiés sans les remplacer.
MOTS_DE_PASSE_D_EXEMPLE = {"mot-de-passe", "password", "changez-moi", "changeme", "change-me"}
BASES = ("postgres", "postgresql", "sqlite")
REDIS = ("redis", "rediss")
OUI = {"1", "oui", "true", "yes", "on"}
NON = {"", "0", "non", "false", "no", "off"}
LIGNE_D_ENVIRONNEMENT = re.compile(r"\s*(#.*)?|(export )?[A-Za-z_0-9]+=.*")
CAUSES = {
    errno.EACCES: "accès refusé",
    errno.EISDIR: "c'est un dossier",
    errno.ENOENT: "il n'existe pas",
    errno.ENOSPC: "le disque est plein",
    errno.ENOTDIR: "un fichier est sur le chemin",
    errno.EEXIST: "un fichier est sur le chemin",
    errno.EROFS: "le disque est en lecture seule",
}
NOM_D_HOTE = re.compile(r"\*|\.?[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*\.?|\[[0-9A-Fa-f:.]+\]")
NOM_D_INSTANCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
NIVEAUX = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def lire_environnement() -> environ.Env:
    """Lit `.env` s'il existe, puis les secrets donnés par fichier (`SECRET_KEY_FILE`…)."""
    # Tout processus passe ici avant d'écrire quoi que ce soit : base, fichiers, journaux, caches.
    os.umask(0o077)
    env = environ.Env()
    _lire_le_fichier(env)
    for nom in SECRETS:
        chemin = os.environ.get(f"{nom}_FILE")
        if chemin:
            try:
                os.environ[nom] = Path(chemin).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as erreur:
                raise ImproperlyConfigured(
                    f"{nom}_FILE désigne « {chemin} », qui ne se lit pas : {_cause(erreur)}."
                ) from None
            # Vides, ceux-là veulent dire « rien ne part », « personne » ; pas les autres.
            if not os.environ[nom] and nom not in PEUVENT_ETRE_VIDES:
                raise ImproperlyConfigured(f"{nom}_FILE désigne « {chemin} », qui est vide.")
    return env


def _lire_le_fichier(env: environ.Env) -> None:
    donne = os.environ.get("FICHIER_ENV")
    fichier = Path(donne or RACINE / ".env")
    try:
        if not fichier.exists():
            if donne:
                raise ImproperlyConfigured(f"FICHIER_ENV désigne « {donne} », qui n'existe pas.")
            return
        lignes = fichier.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as erreur:
        raise ImproperlyConfigured(f"« {fichier} » ne se lit pas : {_cause(erreur)}.") from None
    for numero, ligne in enumerate(lignes, start=1):
        if not LIGNE_D_ENVIRONNEMENT.fullmatch(ligne):
            raise ImproperlyConfigured(
                f"« {fichier} », ligne {numero} : écrivez NOM=valeur, sans espace avant le signe =."
            )
    # Un /dev/null n'a pas à changer de droits.
    if fichier.is_file():
        refermer(fichier)
        env.read_env(str(fichier))


def _cause(erreur: OSError | UnicodeDecodeError) -> str:
    if isinstance(erreur, UnicodeDecodeError):
        return "ce n'est pas du texte en UTF-8"
    return CAUSES.get(erreur.errno or 0) or erreur.strerror or "erreur inconnue"


def texte_de(env: environ.Env, nom: str) -> str:
    """Vide si rien ne la règle."""
    return str(env.str(nom, default=""))


def oui_ou_non(env: environ.Env, nom: str) -> bool:
    texte = texte_de(env, nom).strip().lower()
    if texte not in OUI | NON:
        raise ImproperlyConfigured(f"{nom} vaut « {texte} » : écrivez 1 (oui) ou 0 (non).")
    return texte in OUI


def cle_secrete(env: environ.Env) -> str:
    """La clé de signature ; absente ou de remplissage, le démarrage s'arrête ici."""
    cle = texte_de(env, "SECRET_KEY")
    if not cle:
        raise ImproperlyConfigured(
            "SECRET_KEY manque. Donnez-la dans l'environnement, dans .env ou par SECRET_KEY_FILE "
            "(50 caractères tirés au hasard)."
        )
    if len(cle) < 32 or any(mot in cle.lower() for mot in CLES_DE_PAILLASSE):
        raise ImproperlyConfigured(
            "SECRET_KEY est une valeur d'exemple ou trop courte : tirez-en une vraie "
            "(50 caractères au hasard)."
        )
    return cle


def cles_de_chiffrement(env: environ.Env) -> list[str]:
    """Séparées par des virgules : la première chiffre, toutes relisent. Vide : SECRET_KEY sert."""
    cles = [cle.strip() for cle in texte_de(env, "CLES_CHIFFREMENT").split(",")]
    cles = [cle for cle in cles if cle]
    for cle in cles:
        if len(cle) < 32 or any(mot in cle.lower() for mot in CLES_DE_PAILLASSE):
            raise ImproperlyConfigured(
                "CLES_CHIFFREMENT contient une valeur d'exemple ou trop courte : chaque clé est "
                "tirée au hasard, 32 caractères au moins, sans virgule."
            )
    return cles


def adresse_du_site(env: environ.Env) -> SplitResult:
    """L'adresse publique : de quoi écrire les liens des courriels et régler les cookies."""
    texte = texte_de(env, "SITE_URL").rstrip("/") or "http://localhost:8000"
    adresse = decoupee("SITE_URL", texte)
    if (
        adresse.scheme not in ("http", "https")
        or not adresse.hostname
        or adresse.path + adresse.query + adresse.fragment
        or "@" in adresse.netloc
    ):
        raise ImproperlyConfigured(
            f"SITE_URL vaut « {texte} » : donnez l'adresse entière et sans chemin, comme "
            "https://recouvrement.exemple.fr."
        )
    return adresse


def identite_de_l_instance(env: environ.Env, *, cle: str) -> str:
    """Ce qui distingue cette installation de sa copie ; à défaut, tiré de la clé de signature."""
    identite = texte_de(env, "INSTANCE")
    if not identite:
        return hmac.new(cle.encode(), b"recouvrement.instance", hashlib.sha256).hexdigest()[:16]
    if not NOM_D_INSTANCE.fullmatch(identite):
        raise ImproperlyConfigured(
            f"INSTANCE vaut « {identite} » : lettres sans accent, chiffres, points et tirets, "
            "64 au plus."
        )
    return identite


def noms_du_site(env: environ.Env, adresse: SplitResult) -> list[str]:
    """Un site répond toujours à son propre nom, même si la liste l'oublie."""
    noms = [nom.strip() for nom in env.list("ALLOWED_HOSTS", default=[]) if nom.strip()]
    for nom in noms:
        if not NOM_D_HOTE.fullmatch(nom):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS contient « {nom} » : des noms seuls, séparés par des virgules, "
                "sans https:// ni port."
            )
    hote = adresse.hostname or ""
    return [
        *(noms or ["localhost", "127.0.0.1", "[::1]"]),
        f"[{hote}]" if ":" in hote else hote,
    ]


def base_de_donnees(env: environ.Env, *, defaut: Path) -> dict[str, Any]:
    texte = texte_de(env, "DATABASE_URL")
    if not texte:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(defaut)}
    adresse = decoupee("DATABASE_URL", texte)
    if adresse.scheme not in BASES:
        raise ImproperlyConfigured("DATABASE_URL doit commencer par postgres:// ou sqlite:///.")
    refuser_l_exemple("DATABASE_URL", adresse)
    if adresse.scheme == "sqlite" and adresse.netloc:
        raise ImproperlyConfigured(
            "DATABASE_URL nomme un serveur pour SQLite : écrivez sqlite:///chemin/relatif "
            "ou sqlite:////chemin/absolu."
        )
    base: dict[str, Any] = env.db_url_config(texte)
    if not base["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_URL ne nomme pas la base : postgres://compte:mot@serveur:5432/NOM."
        )
    if adresse.scheme == "sqlite" and base["NAME"] != ":memory:":
        _essayer_d_ecrire(Path(base["NAME"]).parent, variable="DATABASE_URL")
    return base


def adresse_redis(env: environ.Env) -> str:
    texte = texte_de(env, "REDIS_URL")
    adresse = decoupee("REDIS_URL", texte)
    if texte and (adresse.scheme not in REDIS or not adresse.hostname):
        raise ImproperlyConfigured(
            "REDIS_URL doit commencer par redis:// ou rediss:// et nommer un serveur."
        )
    if not re.fullmatch(r"/?\d*", adresse.path):
        raise ImproperlyConfigured(
            f"REDIS_URL finit par « {adresse.path} » : le numéro d'une base Redis, comme /0."
        )
    refuser_l_exemple("REDIS_URL", adresse)
    return texte


def decoupee(nom: str, texte: str) -> SplitResult:
    """Les parties d'une adresse. Son texte ne se répète pas : il porte un mot de passe."""
    try:
        adresse = urlsplit(texte)
        # Plusieurs serveurs PostgreSQL se séparent par des virgules : leurs ports aussi.
        port = None if nom == "DATABASE_URL" and "," in adresse.netloc else adresse.port
    except ValueError:
        raise ImproperlyConfigured(
            f"{nom} ne se lit pas : le port, derrière le serveur et « : », va de 1 à 65535. Dans "
            "un mot de passe, @ : / ? # [ ] et % s'écrivent %40 %3A %2F %3F %23 %5B %5D et %25."
        ) from None
    if port == 0:
        raise ImproperlyConfigured(f"{nom} donne le port 0 : il va de 1 à 65535.")
    return adresse


def adresse_du_guetteur(env: environ.Env) -> str:
    """Appelée chaque minute si tout va ; son silence donne l'alarme au-dehors. Vide : personne."""
    adresse = texte_de(env, "PING_URL")
    parties = decoupee("PING_URL", adresse)
    if adresse and (parties.scheme not in ("http", "https") or not parties.hostname):
        raise ImproperlyConfigured(
            "PING_URL doit être une adresse entière, comme https://guetteur.exemple.fr/ping/…."
        )
    return adresse


def adresse_d_horodatage(env: environ.Env) -> str:
    """Le serveur RFC 3161 qui date les ancres ; vide : elles ne sont datées que par nous."""
    adresse = texte_de(env, "HORODATAGE_URL")
    parties = decoupee("HORODATAGE_URL", adresse)
    if adresse and (parties.scheme not in ("http", "https") or not parties.hostname):
        raise ImproperlyConfigured(
            "HORODATAGE_URL doit commencer par http:// ou https:// et nommer un serveur."
        )
    return adresse


def jeton_des_mesures(env: environ.Env) -> str:
    jeton = texte_de(env, "JETON_MESURES")
    if jeton and (len(jeton) < 24 or any(mot in jeton.lower() for mot in CLES_DE_PAILLASSE)):
        raise ImproperlyConfigured(
            "JETON_MESURES est une valeur d'exemple ou trop courte : tirez-en un vrai "
            "(24 caractères au hasard, au moins)."
        )
    return jeton


def fichier_lisible(env: environ.Env, nom: str) -> str:
    chemin = texte_de(env, nom)
    if chemin and not (Path(chemin).is_file() and os.access(chemin, os.R_OK)):
        raise ImproperlyConfigured(f"{nom} désigne « {chemin} », qui ne se lit pas.")
    return chemin


def niveau_des_traces(env: environ.Env) -> str:
    niveau = texte_de(env, "NIVEAU_TRACES").upper() or "INFO"
    if niveau not in NIVEAUX:
        raise ImproperlyConfigured(
            f"NIVEAU_TRACES vaut {niveau} : choisissez {', '.join(NIVEAUX)}."
        )
    return niveau


def stockage_statique(env: environ.Env) -> str:
    classe = texte_de(env, "STOCKAGE_STATIQUES")
    module = classe.rpartition(".")[0]
    try:
        connu = not classe or (module and find_spec(module) is not None)
    except (ImportError, ValueError):
        connu = False
    if not connu:
        raise ImproperlyConfigured(
            f"STOCKAGE_STATIQUES vaut « {classe} », qui ne se trouve pas ; celui de l'image est "
            "whitenoise.storage.CompressedManifestStaticFilesStorage."
        )
    return classe or "django.contrib.staticfiles.storage.StaticFilesStorage"


def nombre(env: environ.Env, nom: str, *, defaut: int) -> int:
    """Un entier au moins égal à un."""
    texte = texte_de(env, nom).strip() or str(defaut)
    if not (texte.isascii() and texte.isdigit() and len(texte) < 10 and int(texte) >= 1):
        raise ImproperlyConfigured(f"{nom} vaut « {texte} » : donnez un nombre entier, 1 ou plus.")
    return int(texte)


def refermer(chemin: Path) -> None:
    """Ôte aux autres comptes de la machine ce qu'une version d'avant leur avait laissé lire.

    Ce qui ne nous appartient pas (un montage, un fichier du superviseur) reste, et cela se dit.
    """
    try:
        mode = stat.S_IMODE(chemin.stat().st_mode)
        if mode & 0o077:
            chemin.chmod(mode & 0o700)
    except FileNotFoundError:
        return
    except OSError:
        sys.stderr.write(f"Attention : « {chemin} » se lit depuis les autres comptes du serveur.\n")


def ouvrir_dossier(chemin: Path, *, variable: str) -> None:
    """Le crée s'il manque, et y écrit un instant : un droit ne se devine pas, il s'essaie."""
    try:
        chemin.mkdir(parents=True, exist_ok=True)
        refermer(chemin)
    except OSError as erreur:
        raise ImproperlyConfigured(
            f"{variable} désigne « {chemin} », qui ne se crée pas : {_cause(erreur)}."
        ) from None
    _essayer_d_ecrire(chemin, variable=variable)


def _essayer_d_ecrire(chemin: Path, *, variable: str) -> None:
    try:
        tempfile.TemporaryFile(dir=chemin).close()
    except OSError as erreur:
        raise ImproperlyConfigured(
            f"{variable} désigne « {chemin} », où l'on ne peut pas écrire : {_cause(erreur)}."
        ) from None


def refuser_l_exemple(nom: str, adresse: SplitResult) -> None:
    if unquote(adresse.password or "").lower() in MOTS_DE_PASSE_D_EXEMPLE:
        raise ImproperlyConfigured(
            f"{nom} porte encore le mot de passe de l'exemple : mettez le vrai."
        )
