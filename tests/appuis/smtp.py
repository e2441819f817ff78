"""Démarrer un vrai serveur SMTP pour un essai, et lire ce qu'il a reçu."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recouvrement.courriel.transport.smtp import Delais
from recouvrement.serveurs import ServeurSmtp

# Un essai n'attend pas un serveur muet comme la production.
COURTS = Delais(connexion=2, dialogue=2, donnees=2)
PROGRAMME = Path(__file__).with_name("serveur_smtp.py")


@dataclass(frozen=True)
class Puits:
    """Ce que le serveur a accepté, relu du disque."""

    reglage: ServeurSmtp
    journal: Path

    def lignes(self, quoi: str = "message") -> list[dict]:
        if not self.journal.exists():
            return []
        lignes = [json.loads(ligne) for ligne in self.journal.read_text().splitlines()]
        return [ligne for ligne in lignes if ligne["quoi"] == quoi]

    def identifiants(self) -> list[str]:
        return [ligne["message_id"] for ligne in self.lignes()]


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


@contextmanager
def un_serveur_smtp(
    dossier: Path,
    *,
    certificat: tuple[Path, Path] | None = None,
    chiffrement: str = "aucun",
    identifiants: tuple[str, str] | None = None,
) -> Iterator[Puits]:
    port, journal = port_libre(), dossier / "recu.jsonl"
    arguments = [sys.executable, "-W", "ignore", str(PROGRAMME), str(port), str(journal)]
    arguments += [str(chemin) for chemin in certificat or identifiants or ()]
    processus = subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert processus.stdout.readline().strip() == "pret", "le serveur SMTP n'a pas démarré"
        hote = "localhost" if certificat else "127.0.0.1"
        yield Puits(ServeurSmtp(hote, port, chiffrement, "", ""), journal)
    finally:
        processus.stdin.close()
        processus.stdout.close()
        processus.kill()
        processus.wait(10)
