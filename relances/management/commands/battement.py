"""`manage.py battement` : un battement entier, le même que sonne Celery chaque minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from recouvrement.journal.veille import veiller
from recouvrement.socle.pouls import noter_battement
from relances.actions.battement import battre


class Command(BaseCommand):
    help = "Prévoit ce qui est dû, envoie ce qui est dû, reprend ce qui est resté en plan."

    def handle(self, *args: Any, **options: Any) -> None:
        maintenant = timezone.now()
        bilan = battre(maintenant, horloge=timezone.now)
        noter_battement(maintenant)
        veiller(maintenant)
        self.stdout.write(str(bilan))
