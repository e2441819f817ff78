"""`manage.py retablir_envois` : le serveur d'envoi est réparé, qu'on lui parle de nouveau."""

from typing import Any

from django.core.management.base import BaseCommand

from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.depart.disjoncteur import retablir


class Command(BaseCommand):
    help = "Reprend les envois coupés après trop de refus du serveur."

    def handle(self, *args: Any, **options: Any) -> None:
        motif = lire_instance().motif_disjonction
        if not motif:
            self.stdout.write("Les envois n'étaient pas coupés.")
            return
        retablir(acteur=None)
        self.stdout.write(f"Envois rétablis (ils étaient coupés : {motif})")
