import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from recouvrement.banc import (
    calculs,
    demarrage,
    donnees,
    envois,
    imports,
    lettres,
    pages,
    poids,
)
from recouvrement.banc.mesures import Mesure, memoire_de_pointe
from recouvrement.comptes.models import Creancier
from recouvrement.environnement import RACINE
from recouvrement.socle.temps import jour_de

LIGNES = {
    "P1": "Pages",
    "P3": "Planification",
    "P4": "Courriels",
    "P5": "Lettres",
    "P6": "Imports",
    "P7": "Décomptes",
    "P8": "Démarrage",
    "P9": "Poids",
}
SANS_PAGES = {"P7", "P8"}
MESSAGES = 1500


class Command(BaseCommand):
    help = (
        "Mesure le produit sur beaucoup de factures, dans une base à part, à côté de ce que la "
        "machine ferait au mieux."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--factures", type=int, default=100_000)
        parser.add_argument("--lignes", default=",".join(LIGNES), help="P1,P3… ; toutes sinon")
        parser.add_argument(
            "--base", help="adresse d'une base vide ou de banc ; sinon var/banc (SQLite)"
        )
        parser.add_argument("--messages", type=int, default=MESSAGES, help="courriels de P4")
        parser.add_argument(
            "--dedans", action="store_true", help="ne pas changer de base (interne)"
        )

    def handle(self, *, dedans: bool, lignes: str, **options: Any) -> None:
        choisies = [ligne.strip().upper() for ligne in lignes.split(",") if ligne.strip()]
        if inconnues := set(choisies) - LIGNES.keys():
            raise CommandError(f"Lignes inconnues : {', '.join(sorted(inconnues))}.")
        if dedans:
            self.mesurer(choisies[0], options["factures"], options["messages"])
            return
        # Un processus par ligne : chacune a sa mémoire de pointe, aucune ne chauffe l'autre.
        for ligne in choisies:
            self._a_part(ligne, options)

    def _a_part(self, ligne: str, options: dict[str, Any]) -> None:
        dossier = Path(settings.VAR) / "banc"
        dossier.mkdir(parents=True, exist_ok=True)
        base = options["base"] or f"sqlite:///{dossier / 'banc.sqlite3'}"
        commande = [sys.executable, "manage.py", "banc", "--dedans", "--lignes", ligne]
        commande += ["--factures", str(options["factures"])]
        commande += ["--messages", str(options["messages"])]
        fait = subprocess.run(  # noqa: S603 — notre propre commande
            commande,
            cwd=RACINE,
            # Un secret donné par fichier l'emporterait, et le banc écrirait dans la base vivante.
            env={nom: v for nom, v in os.environ.items() if not nom.endswith("_FILE")}
            | {
                "SECRET_KEY": settings.SECRET_KEY,
                "DATABASE_URL": base,
                "DOSSIER_VAR": str(dossier),
                "FICHIERS": str(dossier / "fichiers"),
                "JOURNAL_ENVOIS": str(dossier / "envois.journal"),
                "NIVEAU_TRACES": "ERROR",
                "DEBUG": "false",
            },
            check=False,
        )
        if fait.returncode:
            raise CommandError(f"{ligne} n'a pas pu être mesurée.")

    def mesurer(self, ligne: str, factures: int, messages: int) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if Creancier.objects.exclude(code__startswith=donnees.PREFIXE).exists():
            raise CommandError(
                "Cette base tient de vrais créanciers : le banc en veut une à lui (--base)."
            )
        maintenant = timezone.now()
        au = jour_de(maintenant)
        self.stdout.write(f"{ligne} {LIGNES[ligne]} ({connection.vendor}, {factures} factures)")
        creanciers = [] if ligne in SANS_PAGES else donnees.construire(factures, au=au)
        if creanciers:
            pages.preparer(creanciers, au=au, maintenant=maintenant)
        mesures: dict[str, Callable[[], Iterator[Mesure | str]]] = {
            "P1": lambda: pages.mesurer(creanciers, au=au, maintenant=maintenant),
            "P3": lambda: envois.planification(factures, au=au, maintenant=maintenant),
            "P4": lambda: envois.envois(messages, au=au, maintenant=maintenant),
            "P5": lambda: lettres.lettres(creanciers[0], au=au, maintenant=maintenant),
            "P6": lambda: imports.lignes(au=au, maintenant=maintenant),
            "P7": lambda: calculs.decomptes(factures, au=au),
            "P8": demarrage.demarrage,
            "P9": lambda: poids.poids(creanciers[0]),
        }
        for mesure in mesures[ligne]():
            self.stdout.write(mesure if isinstance(mesure, str) else mesure.en_ligne())
            self.stdout.flush()
        self.stdout.write(f"  (mémoire de pointe : {memoire_de_pointe()} Mo)")
