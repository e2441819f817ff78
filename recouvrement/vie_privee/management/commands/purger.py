from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recouvrement.comptes.models import Creancier
from recouvrement.vie_privee.actions.purge import purger
from recouvrement.vie_privee.nuit import apercu_de_la_nuit


class Command(BaseCommand):
    help = "Efface ce dont la durée de conservation est écoulée, sans attendre la nuit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--creancier", metavar="CODE", help="un seul créancier, par son code")
        parser.add_argument("--a-blanc", action="store_true", help="montre sans rien effacer")

    def handle(self, *args: Any, **options: Any) -> None:
        maintenant, code = timezone.now(), options["creancier"]
        creanciers = Creancier.objects.order_by("code")
        if code:
            creanciers = creanciers.filter(code=code)
            if not creanciers:
                raise CommandError(f"Aucun créancier n'a le code « {code} ».")
        for creancier in [*creanciers, *([] if code else [None])]:
            faire = apercu_de_la_nuit if options["a_blanc"] else purger
            comptes = faire(creancier, maintenant=maintenant)
            dits = ", ".join(f"{c.quoi.lower()} {c.nombre}" for c in comptes) or "rien"
            self.stdout.write(f"{creancier.code if creancier else 'instance'} : {dits}")
