"""`manage.py confirmer_heure` : l'horloge a sauté, et c'est bien l'heure qu'il est."""

from typing import Any

from django.core.management.base import BaseCommand

from recouvrement.courriel.actions import heure
from recouvrement.socle import formats


class Command(BaseCommand):
    help = "Tient l'heure présente pour sûre : les envois suspendus par un saut reprennent."

    def handle(self, *args: Any, **options: Any) -> None:
        repere, _ = heure.relever()
        heure.confirmer_l_heure(repere, acteur=None)
        self.stdout.write(f"Heure tenue pour sûre : {formats.moment(repere.heure)}")
