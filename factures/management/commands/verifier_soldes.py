from django.core.management.base import BaseCommand, CommandError

from factures.lectures.soldes import ecarts_de_solde
from recouvrement.comptes.models import Creancier


class Command(BaseCommand):
    help = "Refait chaque reste dû depuis les imputations ; échoue si l'un d'eux ne concorde pas."

    def add_arguments(self, parser):
        parser.add_argument("--creancier", help="code d'un créancier ; tous sinon")

    def handle(self, *args, creancier: str | None, **options):
        creanciers = Creancier.objects.order_by("code")
        if creancier:
            creanciers = creanciers.filter(code=creancier)
            if not creanciers:
                raise CommandError(f"Aucun créancier n'a le code « {creancier} ».")
        nombre = 0
        for tenu in creanciers:
            for ecart in ecarts_de_solde(tenu):
                nombre += 1
                self.stdout.write(
                    f"{tenu.code} : {ecart.objet} : {ecart.quoi} écrit {ecart.ecrit}, "
                    f"attendu {ecart.attendu}"
                )
        if nombre:
            raise CommandError(f"{nombre} écart(s).")
        self.stdout.write("Tous les soldes concordent.")
