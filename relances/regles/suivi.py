"""Le numéro de suivi d'une lettre : ce que la poste peut avoir imprimé."""

import re

# « 1A 123 456 7890 1 », « 2C 123 456 7890 1 », « 87 123 456 7890 1 » : treize signes.
NATIONAL = re.compile(r"[0-9][0-9A-Z][0-9]{11}")
# Norme S10 de l'Union postale universelle : deux lettres, huit chiffres, une clé, le pays.
INTERNATIONAL = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}")
POIDS = (8, 6, 4, 2, 3, 5, 9, 7)


class NumeroRefuse(ValueError):
    """Le message dit ce qui ne va pas."""


def lire_numero(saisi: str) -> str:
    """Le numéro, sans espaces ; lève `NumeroRefuse` s'il ne peut pas exister.

    >>> lire_numero("1a1234567890 1")
    '1A12345678901'
    >>> lire_numero("RR 12345678 5 FR")
    'RR123456785FR'
    >>> lire_numero("RR123456789FR")
    Traceback (most recent call last):
    ...
    relances.regles.suivi.NumeroRefuse: La clé de ce numéro est fausse : un chiffre mal recopié.
    """
    numero = re.sub(r"[\s.-]+", "", saisi).upper()
    if not numero:
        return ""
    if NATIONAL.fullmatch(numero):
        return numero
    lu = INTERNATIONAL.fullmatch(numero)
    if lu is None:
        raise NumeroRefuse(
            "Un numéro de suivi a treize signes : « 1A 123 456 7890 1 », « RR 12 345 678 5 FR »."
        )
    if int(lu[2]) != _cle(lu[1]):
        raise NumeroRefuse("La clé de ce numéro est fausse : un chiffre mal recopié.")
    return numero


def _cle(chiffres: str) -> int:
    reste = 11 - sum(p * int(c) for p, c in zip(POIDS, chiffres, strict=True)) % 11
    return {10: 0, 11: 5}.get(reste, reste)
