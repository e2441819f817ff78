"""Lecture de l'environnement : `.env`, secrets en fichier, adresse du serveur SMTP."""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

RACINE = Path(__file__).resolve().parent.parent

SECRETS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "TEMOIN_URL")
PEUVENT_ETRE_VIDES = ("SMTP_URL", "TEMOIN_URL")
CLES_DE_PAILLASSE = ("change", "remplac", "insecure", "secret-key", "placeholder", "xxx")
# Ceux du README, de .env.exemple et du guide, qu'on aura recopiés sans les remplacer.
MOTS_DE_PASSE_D_EXEMPLE = {"mot-de-passe", "password", "changez-moi", "changeme", "change-me"}
BASES = ("postgres", "postgresql", "sqlite")
REDIS = ("redis", "rediss", "unix")
NOM_D_INSTANCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
NIVEAUX = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def lire_environnement() -> environ.Env:
    """Lit `.env` s'il existe, puis les secrets donnés par fichier (`SECRET_KEY_FILE`…)."""
    env = environ.Env()
    fichier = Path(os.environ.get("FICHIER_ENV", RACINE / ".env"))
    if fichier.is_file():
        env.read_env(str(fichier))
    for nom in SECRETS:
        chemin = os.environ.get(f"{nom}_FILE")
        if chemin:
            try:
                os.environ[nom] = Path(chemin).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as erreur:
                cause = getattr(erreur, "strerror", None) or "ce n'est pas du texte"
                raise ImproperlyConfigured(
                    f"{nom}_FILE désigne « {chemin} », qui ne se lit pas : {cause}."
                ) from None
            # Vides, ceux-là veulent dire « rien ne part », « pas de témoin » ; pas les autres.
            if not os.environ[nom] and nom not in PEUVENT_ETRE_VIDES:
                raise ImproperlyConfigured(f"{nom}_FILE désigne « {chemin} », qui est vide.")
    return env


def cle_secrete(env: environ.Env) -> str:
    """La clé de signature ; absente ou de remplissage, le démarrage s'arrête ici."""
    cle = env.str("SECRET_KEY", default="")
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


def adresse_du_site(env: environ.Env) -> SplitResult:
    """L'adresse publique : de quoi écrire les liens des courriels et régler les cookies."""
    texte = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
    adresse = urlsplit(texte)
    if adresse.scheme not in ("http", "https") or not adresse.hostname or adresse.path:
        raise ImproperlyConfigured(
            f"SITE_URL vaut « {texte} » : donnez l'adresse entière et sans chemin, comme "
            "https://recouvrement.exemple.fr."
        )
    return adresse


def identite_de_l_instance(env: environ.Env, *, cle: str) -> str:
    """Ce qui distingue cette installation de sa copie ; à défaut, tiré de la clé de signature."""
    identite = env.str("INSTANCE", default="")
    if not identite:
        return hmac.new(cle.encode(), b"recouvrement.instance", hashlib.sha256).hexdigest()[:16]
    if not NOM_D_INSTANCE.fullmatch(identite):
        raise ImproperlyConfigured(
            f"INSTANCE vaut « {identite} » : lettres sans accent, chiffres, points et tirets, "
            "64 au plus."
        )
    return identite


def base_de_donnees(env: environ.Env, *, defaut: str) -> dict[str, Any]:
    adresse = env.str("DATABASE_URL", default="") or defaut
    if urlsplit(adresse).scheme not in BASES:
        raise ImproperlyConfigured("DATABASE_URL doit commencer par postgres:// ou sqlite:///.")
    _refuser_l_exemple("DATABASE_URL", adresse)
    return env.db_url_config(adresse)


def adresse_redis(env: environ.Env) -> str:
    adresse = env.str("REDIS_URL", default="")
    if adresse and urlsplit(adresse).scheme not in REDIS:
        raise ImproperlyConfigured("REDIS_URL doit commencer par redis://, rediss:// ou unix://.")
    _refuser_l_exemple("REDIS_URL", adresse)
    return adresse


def niveau_des_traces(env: environ.Env) -> str:
    niveau = env.str("NIVEAU_TRACES", default="").upper() or "INFO"
    if niveau not in NIVEAUX:
        raise ImproperlyConfigured(
            f"NIVEAU_TRACES vaut {niveau} : choisissez {', '.join(NIVEAUX)}."
        )
    return niveau


def ouvrir_dossier(chemin: Path, *, variable: str) -> None:
    try:
        chemin.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise ImproperlyConfigured(
            f"{variable} désigne « {chemin} », qui ne se crée pas : {erreur.strerror}."
        ) from None


def _refuser_l_exemple(nom: str, adresse: str) -> None:
    if unquote(urlsplit(adresse).password or "").lower() in MOTS_DE_PASSE_D_EXEMPLE:
        raise ImproperlyConfigured(
            f"{nom} porte encore le mot de passe de l'exemple : mettez le vrai."
        )


@dataclass(frozen=True, slots=True)
class ServeurSmtp:
    """Où partent les courriels. `chiffrement` : `aucun`, `starttls` (exigé) ou `tls`."""

    hote: str
    port: int
    chiffrement: str
    identifiant: str
    mot_de_passe: str


@dataclass(frozen=True, slots=True)
class ServeurImap:
    """La boîte surveillée où arrivent les copies témoins."""

    hote: str
    port: int
    chiffre: bool
    identifiant: str
    mot_de_passe: str
    dossier: str


def serveur_imap(adresse: str) -> ServeurImap | None:
    """`imaps://compte:mot-de-passe@hôte[:port][/dossier]` ; `imap://` en clair, sur ce poste."""
    if not adresse:
        return None
    parties = urlsplit(adresse)
    if parties.scheme not in ("imap", "imaps") or not parties.hostname:
        raise ImproperlyConfigured("TEMOIN_URL doit commencer par imaps:// et nommer un serveur.")
    _refuser_l_exemple("TEMOIN_URL", adresse)
    chiffre = parties.scheme == "imaps"
    return ServeurImap(
        hote=parties.hostname,
        port=parties.port or (993 if chiffre else 143),
        chiffre=chiffre,
        identifiant=unquote(parties.username or ""),
        mot_de_passe=unquote(parties.password or ""),
        dossier=unquote(parties.path.strip("/")) or "INBOX",
    )


CHIFFREMENTS = {
    "smtp": ("aucun", 25),
    "smtp+tls": ("starttls", 587),
    "smtps": ("tls", 465),
}


def serveur_smtp(adresse: str) -> ServeurSmtp | None:
    """`smtp://`, `smtp+tls://` ou `smtps://` ; vide : rien ne part, les messages sont gardés."""
    if not adresse:
        return None
    parties = urlsplit(adresse)
    if parties.scheme not in CHIFFREMENTS or not parties.hostname:
        raise ImproperlyConfigured(
            "SMTP_URL doit commencer par smtp://, smtp+tls:// ou smtps:// et nommer un serveur."
        )
    _refuser_l_exemple("SMTP_URL", adresse)
    chiffrement, port = CHIFFREMENTS[parties.scheme]
    return ServeurSmtp(
        hote=parties.hostname,
        port=parties.port or port,
        chiffrement=chiffrement,
        identifiant=unquote(parties.username or ""),
        mot_de_passe=unquote(parties.password or ""),
    )
