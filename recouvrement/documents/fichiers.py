"""Le magasin de fichiers : des octets rangés sous leur empreinte SHA-256, jamais récrits."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings


def deposer(octets: bytes) -> str:
    """Garde ces octets et rend leur empreinte ; déposés deux fois, ils ne sont écrits qu'une."""
    empreinte = hashlib.sha256(octets).hexdigest()
    chemin = _chemin(empreinte)
    if chemin.exists():
        return empreinte
    chemin.parent.mkdir(parents=True, exist_ok=True)
    # Écrit à côté puis renommé : personne ne lit jamais un fichier à moitié écrit.
    with tempfile.NamedTemporaryFile(dir=chemin.parent, delete=False) as brouillon:
        brouillon.write(octets)
        brouillon.flush()
        os.fsync(brouillon.fileno())
    Path(brouillon.name).replace(chemin)
    return empreinte


def lire(empreinte: str) -> bytes:
    return _chemin(empreinte).read_bytes()


def _chemin(empreinte: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{64}", empreinte):
        raise ValueError("Ce n'est pas une empreinte SHA-256.")
    return Path(settings.FICHIERS) / empreinte[:2] / empreinte
