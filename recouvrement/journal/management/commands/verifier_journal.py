"""`manage.py verifier_journal` : relit toutes les chaînes, et sort en erreur s'il y a une faute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recouvrement.journal.veille import passer_la_nuit, prendre_acte, verifier


class Command(BaseCommand):
    help = "Scelle ce qui attend, relit le journal entier et le compare aux ancres."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ancrer", action="store_true", help="puis ajouter une ancre")
        parser.add_argument(
            "--prendre-acte",
            metavar="MOTIF",
            help="inscrire que ces constats sont expliqués (restauration, horloge…)",
        )

    def handle(self, *, ancrer: bool, prendre_acte: str | None, **options: Any) -> None:
        maintenant = timezone.now()
        if prendre_acte:
            self._prendre_acte(prendre_acte)
            return
        bilan = passer_la_nuit(maintenant) if ancrer else verifier(maintenant)
        if bilan is None:
            raise CommandError("Le journal n'a pas pu être ancré : voyez les traces.")
        for faute in bilan.fautes:
            self.stdout.write(str(faute))
        suite = f", {len(bilan.actees)} déjà pris en acte" if bilan.actees else ""
        self.stdout.write(
            f"{bilan.entrees} entrées scellées, {len(bilan.chaines)} chaînes, "
            f"{bilan.ancres} ancres : {bilan.nombre} constat(s){suite}."
        )
        if bilan.nombre:
            raise CommandError("Le journal n'est pas tel qu'il a été écrit.")

    def _prendre_acte(self, motif: str) -> None:
        bilan = prendre_acte(timezone.now(), motif=motif)
        for faute in bilan.fautes:
            self.stdout.write(str(faute))
        self.stdout.write(f"{bilan.nombre} constat(s) pris en acte : {motif}")
