"""`manage.py battement` : un battement entier, le même que sonne Celery chaque minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recouvrement.courriel.actions import heure
from recouvrement.journal.veille import veiller
from relances.actions.battement import sonner


class Command(BaseCommand):
    help = "Prévoit ce qui est dû, envoie ce qui est dû, reprend ce qui est resté en plan."

    def handle(self, *args: Any, **options: Any) -> None:
        bilan = sonner(envoyer=True)
        veiller(heure.heure_de_la_base())
        self.stdout.write(str(bilan))
        if bilan.echecs:
            raise CommandError("Ce battement n'a pas tout fait : voyez ci-dessus.")
