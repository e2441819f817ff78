"""`manage.py battement` : un battement entier, le même que sonne Celery chaque minute."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from recouvrement.courriel.instance import noter_battement, noter_battement_manque
from relances.actions.battement import battre


class Command(BaseCommand):
    help = "Prévoit ce qui est dû, envoie ce qui est dû, reprend ce qui est resté en plan."

    def handle(self, *args: Any, **options: Any) -> None:
        maintenant = timezone.now()
        try:
            bilan = battre(maintenant, horloge=timezone.now)
        except Exception as erreur:
            noter_battement_manque(maintenant, echec=type(erreur).__name__)
            raise
        noter_battement(maintenant)
        self.stdout.write(str(bilan))
