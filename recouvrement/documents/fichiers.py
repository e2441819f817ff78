"""Le magasin de fichiers : des octets rangés sous leur empreinte SHA-256, jamais récrits."""

import contextlib
import hashlib
import os
import re
import tempfile
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Self

from django.conf import settings

from recouvrement.socle.erreurs import ErreurMetier, PannePassagere

EN_MEME_TEMPS = 4


class MagasinFerme(PannePassagere):
    """Disque plein, en lecture seule, débranché : rien n'a été écrit, ni fichier ni ligne."""

    titre = "Le magasin de fichiers n'accepte rien en ce moment"
    message = (
        "Son disque est plein ou protégé : rien n'a été enregistré. Réessayez dans quelques "
        "minutes ; si cela dure, prévenez l'administrateur."
    )


class MagasinMuet(MagasinFerme):
    message = (
        "Le magasin de fichiers ne se lit pas en ce moment : réessayez dans quelques minutes ; si "
        "cela dure, prévenez l'administrateur."
    )


class FichierPerdu(ErreurMetier):
    statut = 410
    message = "Ce fichier n'est plus dans le magasin : retrouvez-le dans une sauvegarde."


class FichierAltere(ErreurMetier):
    statut = 410
    message = "Ce fichier a changé depuis son dépôt : il ne peut plus servir de preuve."


def deposer(octets: bytes) -> str:
    """Garde ces octets et rend leur empreinte ; déposés deux fois, ils ne sont écrits qu'une."""
    empreinte = hashlib.sha256(octets).hexdigest()
    try:
        _ranger(_chemin(empreinte), octets)
    except OSError as erreur:
        raise MagasinFerme from erreur
    return empreinte


def _ranger(chemin: Path, octets: bytes) -> None:
    if _est_intact(chemin, octets):
        # Même âge, mais son inode dit qu'on y est revenu : un retrait ne l'emporterait pas.
        age = chemin.stat()
        os.utime(chemin, ns=(age.st_atime_ns, age.st_mtime_ns))
        return
    chemin.parent.mkdir(parents=True, exist_ok=True)
    # Écrit à côté puis renommé : personne ne lit jamais un fichier à moitié écrit.
    descripteur, brouillon = tempfile.mkstemp(dir=chemin.parent, prefix=".depot-")
    try:
        with os.fdopen(descripteur, "wb") as fichier:
            fichier.write(octets)
            fichier.flush()
            os.fsync(fichier.fileno())
        Path(brouillon).replace(chemin)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(brouillon).unlink(missing_ok=True)
        raise
    _graver(chemin.parent)


class Depots:
    """Beaucoup de dépôts de suite : le disque grave les uns pendant que l'on lit les autres.

    En sortant, tous sont gravés ; l'échec d'un seul se lève là.
    """

    def __enter__(self) -> Self:
        self._fils = ThreadPoolExecutor(EN_MEME_TEMPS, thread_name_prefix="depot")
        self._en_cours: deque[Future[str]] = deque()
        return self

    def deposer(self, octets: bytes) -> str:
        if len(self._en_cours) >= 2 * EN_MEME_TEMPS:
            # Ne pas tenir en mémoire plus d'octets que le disque n'en prend.
            self._en_cours.popleft().result()
        self._en_cours.append(self._fils.submit(deposer, octets))
        return hashlib.sha256(octets).hexdigest()

    def __exit__(self, erreur: type[BaseException] | None, *_: object) -> None:
        self._fils.shutdown(wait=True)
        if erreur is None:
            for depot in self._en_cours:
                depot.result()


def lire(empreinte: str) -> bytes:
    """Les octets déposés, et eux seuls : l'empreinte est refaite à chaque lecture."""
    try:
        octets = _chemin(empreinte).read_bytes()
    except FileNotFoundError:
        raise FichierPerdu from None
    except OSError as erreur:
        raise MagasinMuet from erreur
    if hashlib.sha256(octets).hexdigest() != empreinte:
        raise FichierAltere
    return octets


def retirer(empreinte: str, *, avant: datetime | None = None) -> bool:
    """Ce que plus aucune ligne ne désigne ; `avant` : sauf (re)déposé depuis."""
    chemin = _chemin(empreinte)
    try:
        if avant is not None and chemin.stat().st_ctime >= avant.timestamp():
            return False
        chemin.unlink()
        _graver(chemin.parent)
    except FileNotFoundError:
        return False
    except OSError as erreur:
        raise MagasinFerme from erreur
    return True


def _chemin(empreinte: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{64}", empreinte):
        raise ValueError("Ce n'est pas une empreinte SHA-256.")
    return Path(settings.FICHIERS) / "pieces" / empreinte[:2] / empreinte


def _est_intact(chemin: Path, octets: bytes) -> bool:
    """Un fichier abîmé sous le bon nom (disque, coupure) est refait par le dépôt suivant."""
    try:
        return chemin.read_bytes() == octets
    except FileNotFoundError:
        return False


def _graver(dossier: Path) -> None:
    """Sans cela, le nom lui-même peut se perdre avec le courant."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
