"""Ce qui peut s'écrire dans une adresse ou un en-tête : une seule adresse, une seule ligne."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from recouvrement.socle.erreurs import ErreurMetier

# Cc : commandes (CR, LF, NUL…) ; Cf : marques invisibles ; Zl, Zp : séparateurs de ligne Unicode.
INTERDITS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
PARTIE_LOCALE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


class AdresseRefusee(ErreurMetier):
    message = "Cette adresse de courriel n'est pas valable."


class LigneRefusee(ErreurMetier):
    message = "Ce texte contient un caractère interdit dans un en-tête de courriel."


def une_ligne(texte: str, *, nom: str, longueur: int = 250) -> str:
    """Le texte d'un en-tête, ou un refus : un saut de ligne y écrirait un autre en-tête."""
    if any(unicodedata.category(c) in INTERDITS for c in texte):
        raise LigneRefusee(f"{nom} contient un saut de ligne ou un caractère invisible.")
    if len(texte) > longueur:
        raise LigneRefusee(f"{nom} dépasse {longueur} caractères.")
    return texte.strip()


def une_adresse(adresse: str) -> str:
    """L'adresse telle qu'elle ira à RCPT TO : une seule, le domaine en ASCII.

    >>> une_adresse("compta@société.example")
    'compta@xn--socit-esab.example'
    """
    locale, arobase, domaine = adresse.strip().rpartition("@")
    if not arobase or not PARTIE_LOCALE.fullmatch(locale):
        raise AdresseRefusee(f"« {adresse[:80]!s} » n'est pas une adresse de courriel.")
    try:
        ascii_ = f"{locale}@{domaine.encode('idna').decode('ascii')}"
        if "\n" in ascii_ or len(ascii_) > 254:
            raise ValidationError("trop longue")
        if domaine != "localhost":
            validate_email(ascii_)
    except (UnicodeError, ValidationError):
        raise AdresseRefusee(f"« {adresse[:80]!s} » n'est pas une adresse de courriel.") from None
    return ascii_


def adresse_nue(expediteur: str) -> str:
    """« Menuiserie <compta@…> » → « compta@… »."""
    _, chevron, reste = expediteur.rpartition("<")
    return reste.rstrip("> ") if chevron else expediteur
