"""Le vrai site (gunicorn, ses processus et ses fils) sur la base de l'essai ; de quoi l'appeler."""

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from django.test import Client as Navigateur

from recouvrement.socle.management.commands.demarrer import commandes
from tests.services import attendre, environnement, port_libre, processus

CSRF = "a" * 32


@dataclass(frozen=True)
class Reponse:
    statut: int
    texte: str
    entetes: dict[str, str]
    duree: float


@dataclass
class Site:
    port: int
    trace: Path
    cookie: str = ""

    def demander(self, chemin: str, *, donnees: dict | None = None, **entetes: str) -> Reponse:
        """Une requête, sur une connexion neuve ; POST, si des données sont données."""
        ligne = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        entetes = {"Cookie": self.cookie, "Connection": "close"} | entetes
        corps = None
        if donnees is not None:
            corps = urlencode(donnees | {"csrfmiddlewaretoken": CSRF})
            entetes["Content-Type"] = "application/x-www-form-urlencoded"
        debut = time.monotonic()
        try:
            ligne.request("GET" if corps is None else "POST", chemin, corps, entetes)
            reponse = ligne.getresponse()
            texte = reponse.read().decode()
        finally:
            ligne.close()
        return Reponse(reponse.status, texte, dict(reponse.getheaders()), time.monotonic() - debut)

    def connecter(self, utilisateur) -> None:
        navigateur = Navigateur()
        navigateur.force_login(utilisateur)
        session = navigateur.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={CSRF}"


def adresse_de_la_base(*, port: int | None = None) -> str:
    """Celle de l'essai ; `port` : par où la joindre, s'il y a une passerelle devant."""
    nom = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{nom}"
    parties = urlsplit(os.environ["DATABASE_URL"])
    hote = parties.netloc.rpartition("@")
    lieu = f"127.0.0.1:{port}" if port else hote[2]
    return urlunsplit(parties._replace(netloc=f"{hote[0]}@{lieu}", path=f"/{nom}"))


@contextmanager
def un_site(dossier: Path, *, base: str) -> Iterator[Site]:
    port, trace = port_libre(), dossier / "site.log"
    env = environnement(
        SECRET_KEY=settings.SECRET_KEY,
        DATABASE_URL=base,
        DOSSIER_VAR=dossier / "var",
        FICHIERS=dossier / "fichiers",
        SITE_URL=f"http://localhost:{port}",
        NIVEAU_TRACES="ERROR",
        PYTHONWARNINGS="ignore",
    )
    site = Site(port, trace)

    def ecoute() -> bool:
        assert lance.poll() is None, trace.read_text()
        try:
            return site.demander("/sante/vivant").statut == 200
        except OSError:
            return False

    with processus(*commandes("127.0.0.1", port)["web"], env=env, trace=trace) as lance:
        attendre(ecoute, delai=60, quoi="le site")
        yield site
