"""Ce que se disent l'application et un processus enfant : des trames, et rien d'exécutable."""

import io
import pickle
import struct
from collections.abc import Collection
from typing import IO, Any

MEGA = 1024 * 1024
PRET = b"pret"
# Le premier octet d'une réponse : le travail est fait, refusé par une phrase, ou a échoué.
FAIT, REFUSE, TROP_LOURD, ECHOUE = range(4)
_LONGUEUR = struct.Struct(">Q")

# Un type admis : son module et son nom.
type Admis = Collection[tuple[str, str]]


class _Depouilleur(pickle.Unpickler):
    """N'admet que les types annoncés : un enfant détourné ne fait rien exécuter au parent."""

    def __init__(self, charge: bytes, admis: Admis) -> None:
        super().__init__(io.BytesIO(charge))
        self.admis = admis

    def find_class(self, module: str, nom: str) -> Any:
        if (module, nom) not in self.admis:
            raise pickle.UnpicklingError(f"{module}.{nom} n'est pas attendu")
        return super().find_class(module, nom)


def depouiller(charge: bytes, admis: Admis) -> object:
    return _Depouilleur(charge, admis).load()


def ecrire_trame(sortie: IO[bytes], charge: bytes) -> None:
    sortie.write(_LONGUEUR.pack(len(charge)))
    sortie.write(charge)
    sortie.flush()


def lire_trame(entree: IO[bytes], *, plafond: int) -> bytes:
    """Une trame entière ; EOFError si l'autre bout s'est tu ou en dit trop."""
    entete = entree.read(_LONGUEUR.size)
    if len(entete) < _LONGUEUR.size:
        raise EOFError
    (longueur,) = _LONGUEUR.unpack(entete)
    if longueur > plafond + 1:
        raise EOFError
    charge = entree.read(longueur)
    if len(charge) < longueur:
        raise EOFError
    return charge
