"""Lecture de l'environnement : `.env`, secrets en fichier, adresse du serveur SMTP."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

RACINE = Path(__file__).resolve().parent.parent

SECRETS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL")
CLES_DE_PAILLASSE = ("change", "remplac", "insecure", "secret-key", "placeholder", "xxx")


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
            except OSError as erreur:
                raise ImproperlyConfigured(
                    f"{nom}_FILE désigne « {chemin} », qui ne se lit pas : {erreur.strerror}."
                ) from None
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


@dataclass(frozen=True, slots=True)
class ServeurSmtp:
    """Où partent les courriels. `chiffrement` : `aucun`, `starttls` (exigé) ou `tls`."""

    hote: str
    port: int
    chiffrement: str
    identifiant: str
    mot_de_passe: str


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
    chiffrement, port = CHIFFREMENTS[parties.scheme]
    return ServeurSmtp(
        hote=parties.hostname,
        port=parties.port or port,
        chiffrement=chiffrement,
        identifiant=unquote(parties.username or ""),
        mot_de_passe=unquote(parties.password or ""),
    )
