"""`manage.py geler "POURQUOI"` : plus rien ne part de cette instance."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recouvrement.courriel.actions import heure
from recouvrement.courriel.actions.instance import geler


class Command(BaseCommand):
    help = "Arrête tous les envois, relances et messages de compte, jusqu'à « degeler »."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("motif", help="pourquoi, en quelques mots")

    def handle(self, *args: Any, motif: str, **options: Any) -> None:
        if not motif.strip():
            raise CommandError("Dites pourquoi.")
        instance = geler(motif.strip(), maintenant=heure.heure_de_la_base(), acteur=None)
        self.stdout.write(f"Envois gelés : {instance.motif_gel}")
