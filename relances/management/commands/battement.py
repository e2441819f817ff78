"""`manage.py battement` : un battement entier, le même que sonne Celery chaque minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from relances.actions.battement import battre


class Command(BaseCommand):
    help = "Prévoit ce qui est dû, envoie ce qui est dû, reprend ce qui est resté en plan."

    def handle(self, *args: Any, **options: Any) -> None:
        bilan = battre(timezone.now(), horloge=timezone.now)
        self.stdout.write(str(bilan))
