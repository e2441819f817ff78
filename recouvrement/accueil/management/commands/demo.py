from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recouvrement.accueil.demonstration import COMPTES, charger
from recouvrement.comptes.models import Creancier


class Command(BaseCommand):
    help = "Charge la démonstration : trois créanciers fictifs, dix-huit mois d'histoire."
    # Le démarrage les annonce.
    COMPTES = COMPTES

    def handle(self, *args: Any, **options: Any) -> None:
        if Creancier.objects.filter(est_demonstration=False).exists():
            raise CommandError(
                "Cette base tient de vrais créanciers : la démonstration ne s'y charge pas. "
                "Donnez-lui une base à elle (DATABASE_URL)."
            )
        if Creancier.objects.exists():
            self.stdout.write("La démonstration est déjà là.")
        else:
            comptes = charger(timezone.now())
            self.stdout.write(
                f"Démonstration chargée : {comptes.creanciers} créanciers, "
                f"{comptes.clients} clients, {comptes.factures} factures, "
                f"{comptes.relances} relances, {comptes.appels} appels, "
                f"{comptes.reglements} règlements."
            )
        for role, email, mot_de_passe in COMPTES:
            self.stdout.write(f"  {role} : {email}  {mot_de_passe}")
