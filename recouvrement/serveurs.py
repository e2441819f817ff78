"""Où part et où se lit le courriel : SMTP_URL et TEMOIN_URL, découpées et vérifiées."""

from dataclasses import dataclass
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured

from recouvrement.environnement import decoupee, refuser_l_exemple


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
    parties = decoupee("TEMOIN_URL", adresse)
    if parties.scheme not in ("imap", "imaps") or not parties.hostname:
        raise ImproperlyConfigured("TEMOIN_URL doit commencer par imaps:// et nommer un serveur.")
    refuser_l_exemple("TEMOIN_URL", parties)
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
    parties = decoupee("SMTP_URL", adresse)
    if parties.scheme not in CHIFFREMENTS or not parties.hostname:
        raise ImproperlyConfigured(
            "SMTP_URL doit commencer par smtp://, smtp+tls:// ou smtps:// et nommer un serveur."
        )
    refuser_l_exemple("SMTP_URL", parties)
    chiffrement, port = CHIFFREMENTS[parties.scheme]
    return ServeurSmtp(
        hote=parties.hostname,
        port=parties.port or port,
        chiffrement=chiffrement,
        identifiant=unquote(parties.username or ""),
        mot_de_passe=unquote(parties.password or ""),
    )
