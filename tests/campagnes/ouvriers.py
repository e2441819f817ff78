"""De vrais ouvriers, nés d'un parent chaud, que l'on tue ou que l'on fige à des points nommés."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.db import connections

from recouvrement.banc import donnees
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.depart import envoi as module
from recouvrement.courriel.depart.controle import carnet_pret
from recouvrement.courriel.depart.envoi import vider
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import Delais, Transport
from relances.actions.battement import METIERS
from relances.actions.planification import planifier
from tests.appuis.smtp import Puits

GRAINE = int(os.environ.get("GRAINE", "2026"))
LUNDI = date(2026, 11, 23)
NEUF_HEURES = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
POINTS = (
    *("apres_claim", "apres_connexion", "apres_rcpt", "apres_etat_data"),
    *("avant_point", "apres_250", "apres_commit_final"),
)
EN_ROUTE = ("a_envoyer", "reclame", "data")


def compteur() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass
class Monde:
    """L'heure que tous partagent, le serveur, et ce que chacun note sur le disque."""

    puits: Puits
    dossier: Path
    debut: float = field(default_factory=compteur)

    def horloge(self) -> datetime:
        return NEUF_HEURES + timedelta(seconds=compteur() - self.debut)

    def instant(self, compte: float) -> datetime:
        return NEUF_HEURES + timedelta(seconds=compte - self.debut)

    def noter(self, quoi: str, texte: str) -> None:
        with (self.dossier / quoi).open("a") as fichier:
            fichier.write(f"{texte}\n")

    def notes(self, quoi: str) -> list[str]:
        fichier = self.dossier / quoi
        return fichier.read_text().splitlines() if fichier.exists() else []


def des_relances(nombre: int, monde: Monde) -> Creancier:
    """Autant de clients, chacun sa facture échue et son message prévu."""
    creancier = donnees.un_creancier(f"campagne-{nombre}")
    donnees.remplir(
        creancier,
        nombre,
        au=LUNDI,
        part_ouverte=1.0,
        retard=(4, 9),
        par_client=1,
        exceptions=False,
    )
    planifier(creancier, au=LUNDI, maintenant=NEUF_HEURES)
    Envoi.objects.pour(creancier).update(pas_avant=NEUF_HEURES)
    monde.debut = compteur()
    return creancier


def baux_courts(monkeypatch, secondes: float) -> None:
    """Pour que les fautes arrivent souvent ; le protocole est le même, le balai plus pressé."""
    monkeypatch.setattr(module, "BAIL_RECLAME", timedelta(seconds=secondes))
    monkeypatch.setattr(module, "BAIL_DATA", timedelta(seconds=secondes))
    monkeypatch.setattr(module, "RETARD_DATA", timedelta(seconds=secondes / 2))
    monkeypatch.setattr(module, "FRAICHEUR", timedelta(seconds=secondes / 5))
    monkeypatch.setattr(module, "ATTENTE_INJOIGNABLE", timedelta(0))


def naitre(corps: Callable[[], None]) -> int:
    """Un processus fils ; le parent n'a alors aucune connexion que les deux partageraient."""
    connections.close_all()
    fils = os.fork()
    if fils == 0:
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            corps()
            code = 0
        finally:
            os._exit(code)
    return fils


def travailler(monde: Monde, points: Callable[[str], None], jusqu_a: Path) -> None:
    """Un ouvrier : le contrôle, le carnet, puis ce qui est dû, jusqu'à ce qu'on l'arrête."""
    delais = Delais(connexion=5, dialogue=5, donnees=5)
    while not jusqu_a.exists():
        carnet = carnet_pret(monde.horloge(), metiers=METIERS)
        assert carnet is not None, "l'instance s'est gelée"
        with carnet, Transport(monde.puits.reglage, delais=delais) as transport:
            vider(
                monde.horloge,
                transport=transport,
                metiers=METIERS,
                carnet=carnet,
                points=points,
                jusqu_a=monde.horloge() + timedelta(seconds=5),
            )
        time.sleep(0.02)


def au_hasard(graine: int, proba: float, agir: Callable[[str], None]) -> Callable[[str], None]:
    alea = random.Random(graine)
    return lambda nom: agir(nom) if alea.random() < proba else None


def frapper(monde: Monde, bilan: str, coup: signal.Signals) -> Callable[[str], None]:
    """L'ouvrier reçoit ce coup au point nommé, qui se compte."""

    def agir(nom: str) -> None:
        monde.noter(bilan, nom)
        os.kill(os.getpid(), coup)

    return agir


def doubles(puits: Puits) -> list[str]:
    return [i for i, fois in Counter(puits.identifiants()).items() if fois > 1]
