from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recouvrement.equipe import actions


class Command(BaseCommand):
    help = "Rechiffre tous les secrets sous la première clé de CLES_CHIFFREMENT."

    def handle(self, *args: Any, **options: Any) -> None:
        faits, illisibles = actions.rechiffrer_les_secrets()
        self.stdout.write(f"{faits} secret(s) rechiffré(s) sous la première clé.")
        if illisibles:
            raise CommandError(
                f"{illisibles} secret(s) ne se lisent avec aucune clé connue : remettez l'ancienne "
                "dans CLES_CHIFFREMENT, après la nouvelle, et relancez."
            )
