"""Toute l'application en une commande, sur un poste : web, travailleur, horloge."""

import contextlib
import errno
import fcntl
import ipaddress
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from recouvrement.environnement import RACINE
from recouvrement.socle.pages.boucle import est_en_boucle
from recouvrement.socle.processus.superviseur import Superviseur, ecran

PYTHON = [sys.executable, "-W", "ignore:You're running the worker"]


class Command(BaseCommand):
    help = "Démarre le site, le travailleur et l'horloge ; Ctrl-C arrête le tout."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hote", default="127.0.0.1")
        parser.add_argument("--port", default="8000")
        parser.add_argument(
            "--preparer", action="store_true", help="d'abord les migrations et la démonstration"
        )
        parser.add_argument("--sans-demonstration", action="store_true")
        parser.add_argument("--seulement", action="store_true", help="préparer sans démarrer")

    def handle(self, *, preparer: bool, seulement: bool, **options: Any) -> None:
        hote, port = options["hote"].strip("[]"), lire_le_port(options["port"])
        if not seulement:
            verrou = prendre_le_verrou()
            verifier_le_port(hote, port)
        if preparer:
            self.preparer(demonstration=not options["sans_demonstration"])
        if seulement:
            return
        nom = "localhost" if est_en_boucle(hote) else crochets(adresse_visible(hote))
        adresse = f"http://{nom}:{port}"
        processus = environnement(hote, adresse)
        verifier_les_reglages(processus)
        if not est_en_boucle(hote):
            # Avant d'ouvrir le port : les mots de passe de la démonstration sont publiés.
            call_command("ouvrir_au_reseau", stdout=self.stdout)
        comptes = comptes_de_demonstration()
        connections.close_all()

        annonce = Annonce(self, hote=hote, port=port, adresse=adresse, comptes=comptes)
        superviseur = Superviseur(commandes(hote, port), ecrire=ecran, environnement=processus)
        superviseur.tourner(pret=annonce.des_que_pret)
        with contextlib.suppress(OSError):
            self.stdout.write("Arrêté.")
        verrou.close()

    def preparer(self, *, demonstration: bool) -> None:
        executeur = MigrationExecutor(connection)
        if executeur.migration_plan(executeur.loader.graph.leaf_nodes()):
            self.stdout.write("Mise à jour de la base…")
            call_command("migrate", verbosity=0, interactive=False)
        if demonstration and "demo" in get_commands() and base_neuve():
            self.stdout.write("Chargement de la démonstration…")
            call_command("demo", stdout=self.stdout)


class Annonce:
    """Dit une fois, quand le site répond, où aller et avec quel compte."""

    def __init__(
        self,
        commande: BaseCommand,
        *,
        hote: str,
        port: int,
        adresse: str,
        comptes: list[tuple[str, ...]],
    ) -> None:
        self.commande, self.hote, self.port = commande, hote, port
        self.adresse, self.comptes = adresse, comptes
        self.faite = False

    def des_que_pret(self) -> bool:
        if self.faite:
            return True
        if not repond(self.hote, self.port):
            return False
        self.faite = True
        lignes = ["", f"  Recouvrement est prêt : {self.adresse}", ""]
        if self.comptes:
            ou = (
                ""
                if est_en_boucle(self.hote)
                else f", depuis http://localhost:{self.port} seulement"
            )
            lignes.append(f"  Comptes de démonstration{ou} :")
            lignes += [f"    {'  '.join(compte)}" for compte in self.comptes]
            lignes.append("")
        if settings.SERVEUR_SMTP is None:
            lignes += [
                "  Aucun courriel ne part : SMTP_URL n'est pas réglé. Les messages sont gardés",
                "  et se lisent dans l'application.",
                "",
            ]
        lignes += ["  Ctrl-C pour arrêter.", ""]
        self.commande.stdout.write("\n".join(lignes))
        self.commande.stdout.flush()
        return True


def commandes(hote: str, port: int) -> dict[str, list[str]]:
    celery = [*PYTHON, "-m", "celery", "-q", "-A", "recouvrement"]
    return {
        "web": [
            *(*PYTHON, "-m", "gunicorn", "recouvrement.wsgi", "--bind", f"{crochets(hote)}:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "32"),
            *("--preload", "--no-control-socket"),
            *("--graceful-timeout", "10", "--timeout", "120", "--log-level", "warning"),
        ],
        "travail": [
            *(*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        "horloge": [*celery, "beat", "--loglevel", "WARNING"],
    }


def environnement(hote: str, adresse: str) -> dict[str, str]:
    valeurs = {"SITE_URL": adresse, "PYTHONUNBUFFERED": "1"} | os.environ
    # Cette commande n'attend rien ; ceux qu'elle lance, si.
    valeurs["PROCESSUS"] = "travail"
    if not est_en_boucle(hote):
        valeurs.setdefault(
            "ALLOWED_HOSTS", f"localhost,127.0.0.1,{socket.gethostname()},{adresse_visible(hote)}"
        )
    return valeurs


def verifier_les_reglages(environnement: dict[str, str]) -> None:
    """Ceux qu'auront le site et les siens : faux, ils tomberaient et seraient relancés sans fin."""
    lus = subprocess.run(  # noqa: S603 : notre propre Python
        [*PYTHON, "-c", "from recouvrement.celery import app; app.conf.broker_url"],
        env=environnement,
        cwd=RACINE,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if lus.returncode:
        sys.exit(lus.stderr.strip())


def adresse_visible(hote: str) -> str:
    """Sur toutes les interfaces (0.0.0.0), l'adresse par où un autre poste nous joint."""
    if not (_est_ip(hote) and ipaddress.ip_address(hote).is_unspecified):
        return hote
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sonde:
            # UDP : rien ne part, le noyau choisit seulement l'interface.
            sonde.connect(("192.0.2.1", 9))
            return str(sonde.getsockname()[0])
    except OSError:
        return socket.gethostname()


def _est_ip(hote: str) -> bool:
    try:
        ipaddress.ip_address(hote)
    except ValueError:
        return False
    return True


def crochets(hote: str) -> str:
    return f"[{hote}]" if ":" in hote else hote


def lire_le_port(texte: str) -> int:
    if texte.isascii() and texte.isdecimal() and 0 < int(texte) < 65_536:
        return int(texte)
    raise CommandError(f"PORT vaut « {texte} » : donnez un nombre de 1 à 65535.")


def verifier_le_port(hote: str, port: int) -> None:
    famille = socket.AF_INET6 if ":" in hote else socket.AF_INET
    with socket.socket(famille, socket.SOCK_STREAM) as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind((hote, port))
        except OSError as erreur:
            raise CommandError(pourquoi_ferme(erreur, hote=hote, port=port)) from None


def pourquoi_ferme(erreur: OSError, *, hote: str, port: int) -> str:
    """Une phrase, et la commande qui marcherait."""
    if erreur.errno == errno.EADDRINUSE:
        return f"Le port {port} est déjà pris. Choisissez-en un autre : PORT={port + 1} ./lancer"
    if erreur.errno == errno.EACCES:
        return f"Le port {port} est réservé à l'administrateur de la machine : PORT=8000 ./lancer"
    if isinstance(erreur, socket.gaierror) or erreur.errno == errno.EADDRNOTAVAIL:
        return (
            f"HOST vaut « {hote} », qui n'est pas une adresse de cette machine. "
            "127.0.0.1 : elle seule ; 0.0.0.0 : tout le réseau local."
        )
    return f"Le port {port} de {hote} ne s'ouvre pas : {erreur.strerror}."


def prendre_le_verrou() -> TextIO:
    """Un seul superviseur par dossier : deux horloges ne feraient rien de faux, mais deux fois."""
    dossier = Path(settings.VAR)
    dossier.mkdir(parents=True, exist_ok=True)
    verrou = (dossier / "demarrer.verrou").open("a+", encoding="utf-8")
    try:
        fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(
            "Recouvrement tourne déjà dans ce dossier : arrêtez-le d'abord."
        ) from None
    return verrou


def repond(hote: str, port: int) -> bool:
    cible = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(hote, hote)  # noqa: S104 : on s'y connecte
    try:
        socket.create_connection((cible, port), timeout=0.2).close()
    except OSError:
        return False
    return True


def base_neuve() -> bool:
    """Aucun compte ni créancier : la démonstration n'entre jamais chez quelqu'un."""
    return not any(
        apps.get_model(nom).objects.exists() for nom in ("comptes.Utilisateur", "comptes.Creancier")
    )


def comptes_de_demonstration() -> list[tuple[str, ...]]:
    """Ce que la commande `demo` annonce (`COMPTES`), si la base est bien la sienne."""
    application = get_commands().get("demo")
    creanciers = apps.get_model("comptes.Creancier").objects
    if application is None or not creanciers.filter(est_demonstration=True).exists():
        return []
    demo = load_command_class(application, "demo")
    return [tuple(map(str, compte)) for compte in getattr(demo, "COMPTES", ())]
