"""`manage.py degeler` : les envois reprennent ; cette base et ce lieu vont désormais ensemble."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from recouvrement.courriel.actions.instance import degeler, lire_instance


class Command(BaseCommand):
    help = (
        "Rend les envois gelés. Ce que le journal des départs sait parti et que la base croit à "
        "envoyer devient incertain : rien n'en repart de soi-même."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        instance = lire_instance()
        if instance.gelee_le is None:
            self.stdout.write("Les envois n'étaient pas gelés.")
            return
        motif = instance.motif_gel
        degeler(acteur=None)
        self.stdout.write(
            f"Envois rendus (ils étaient gelés : {motif})\n"
            f"Cette base est celle de l'instance « {settings.INSTANCE} »."
        )
