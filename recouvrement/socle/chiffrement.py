"""Chiffrer au repos ce qu'une base copiée ne doit pas livrer : secrets, mots de passe d'autrui."""

import base64
from collections.abc import Callable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from recouvrement.socle.erreurs import ErreurMetier

# Ce qui n'en vient pas n'est pas à nous : un texte en clair ne passe jamais pour déchiffré.
PREFIXE = "chiffre:"
USAGE = b"recouvrement : chiffrement au repos"


class SecretIllisible(ErreurMetier):
    message = (
        "Ce secret ne se lit plus : la clé qui l'a chiffré n'est pas dans CLES_CHIFFREMENT. "
        "Prévenez l'administrateur."
    )


def chiffrer(texte: str) -> str:
    """Sous la première clé."""
    return PREFIXE + _trousseau().encrypt(texte.encode()).decode()


def dechiffrer(chiffre: str) -> str:
    """Par celle des clés qui l'ouvre."""
    return _ouvrir(chiffre, _trousseau().decrypt).decode()


def rechiffrer(chiffre: str) -> str:
    """Le même secret, sous la première clé : on peut ensuite retirer les autres."""
    return PREFIXE + _ouvrir(chiffre, _trousseau().rotate).decode()


def _ouvrir(chiffre: str, par: Callable[[bytes], bytes]) -> bytes:
    if not chiffre.startswith(PREFIXE):
        raise SecretIllisible
    try:
        return par(chiffre.removeprefix(PREFIXE).encode())
    except (InvalidToken, UnicodeError) as refus:
        raise SecretIllisible from refus


def _trousseau() -> MultiFernet:
    # La clé de signature ferme la marche : sans réglage elle chiffre, ensuite elle relit encore.
    return _de_ces_cles((*settings.CLES_CHIFFREMENT, settings.SECRET_KEY))


@lru_cache(maxsize=8)
def _de_ces_cles(cles: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derivee(cle)) for cle in cles])


def _derivee(cle: str) -> bytes:
    tiree = HKDF(algorithm=SHA256(), length=32, salt=None, info=USAGE).derive(cle.encode())
    return base64.urlsafe_b64encode(tiree)
