"""Ce que fait le processus enfant qui lit les fichiers d'inconnus à la place de l'application."""

from factures.imports.lecteur import lire_fichier
from factures.imports.types import ResultatLecture


def faire(demande: tuple[str, bytes]) -> ResultatLecture:
    return lire_fichier(*demande)
