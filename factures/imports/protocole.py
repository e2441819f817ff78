"""Ce que se disent l'application et le processus qui lit pour elle."""

import io
import pickle
import struct
from collections.abc import Callable
from typing import BinaryIO

MEGA = 1024 * 1024
MEMOIRE = 512 * MEGA
# Ce qu'un fichier peut coûter de processeur et d'attente, en secondes.
CPU, MUR = 20, 30
REPONSE = 64 * MEGA
PRET = b"pret"
TROP_DE_MEMOIRE = "Ce fichier demande trop de mémoire pour être lu : il est refusé."
ILLISIBLE = "Ce fichier ne peut pas être lu : son contenu est abîmé ou trompeur."
_LONGUEUR = struct.Struct(">Q")

_ADMIS = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("decimal", "Decimal"),
    ("recouvrement.socle.tableur", "Feuille"),
    ("recouvrement.socle.tableur", "Ligne"),
    *(
        ("factures.imports.types", nom)
        for nom in ("Refus", "Anomalie", "PartieLue", "TvaLue", "FactureLue", "ResultatLecture")
    ),
    # Rend ses champs à une dataclass figée et sans __dict__.
    ("dataclasses", "_dataclass_setstate"),
    ("copyreg", "__newobj__"),
}


class _Depouilleur(pickle.Unpickler):
    """N'admet que nos types : un lecteur détourné ne doit rien faire exécuter au parent."""

    def find_class(self, module: str, nom: str) -> Callable:
        if (module, nom) not in _ADMIS:
            raise pickle.UnpicklingError(f"{module}.{nom} n'est pas attendu")
        return super().find_class(module, nom)


def depouiller(charge: bytes) -> object:
    return _Depouilleur(io.BytesIO(charge)).load()


def ecrire_trame(sortie: BinaryIO, charge: bytes) -> None:
    sortie.write(_LONGUEUR.pack(len(charge)))
    sortie.write(charge)
    sortie.flush()


def lire_trame(entree: BinaryIO) -> bytes:
    """Une trame entière ; EOFError si l'autre bout s'est tu."""
    entete = entree.read(_LONGUEUR.size)
    if len(entete) < _LONGUEUR.size:
        raise EOFError
    (longueur,) = _LONGUEUR.unpack(entete)
    if longueur > REPONSE + MEGA:
        raise EOFError
    charge = entree.read(longueur)
    if len(charge) < longueur:
        raise EOFError
    return charge
