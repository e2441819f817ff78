"""Une trace = une ligne JSON, sans secret : ni jeton d'adresse, ni paramètre de requête.

Le masque est mis à la naissance de la trace : quels que soient le journal, son niveau, le
processus et ce qui l'écrira, le secret n'y est déjà plus.
"""

import json
import logging
import re
from datetime import UTC, datetime

# Ce que suit un secret dans nos adresses. Un test y confronte toutes les routes.
CHEMINS_A_JETON = (
    *("invitation", "expediteur", "changement"),
    *("password/reset/key", "confirm-email"),
)
DERRIERE_UN_CHEMIN = re.compile(rf"(/(?:{'|'.join(CHEMINS_A_JETON)})/)[^/\s\"'<>?#]+")
# Le reste, à sa forme : un long mot mêlant capitales, minuscules et chiffres n'est pas un nom.
A_SA_FORME = re.compile(
    r"(?<=/)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[A-Za-z0-9_-]{24,}(?![\w.-])"
)
PARAMETRES = re.compile(r"((?:^|[\s\"'(])(?:https?://[^\s\"'?]+|/[^\s\"'?]*))\?[^\s\"']+")


def mene_par_un_secret(chemin: str) -> bool:
    """L'adresse tient lieu de mot de passe : ce qui l'affiche, la garde ou la répète la donne.

    >>> mene_par_un_secret("/invitation/Ab3-x_9/"), mene_par_un_secret("/code/parametres/")
    (True, False)
    """
    return DERRIERE_UN_CHEMIN.search(chemin) is not None


def masquer(texte: str) -> str:
    """
    >>> masquer("Not Found: /invitation/Ab3-x_9/")
    'Not Found: /invitation/…/'
    >>> masquer("GET /tableau/?q=Duval HTTP/1.1")
    'GET /tableau/?… HTTP/1.1'
    """
    texte = DERRIERE_UN_CHEMIN.sub(r"\1…", texte)
    texte = A_SA_FORME.sub("…", texte)
    return PARAMETRES.sub(r"\1?…", texte)


class Trace(logging.LogRecord):
    def getMessage(self) -> str:
        return masquer(super().getMessage())


class UneLigneJson(logging.Formatter):
    """Un saut de ligne dans une donnée ne forge pas une entrée."""

    def format(self, record: logging.LogRecord) -> str:
        ligne = {
            "a": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
            "message": masquer(record.getMessage()),
        }
        if record.exc_info:
            ligne["trace"] = masquer(self.formatException(record.exc_info))
        return json.dumps(ligne, ensure_ascii=False)
