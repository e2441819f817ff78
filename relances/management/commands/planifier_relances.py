"""`manage.py planifier_relances --au AAAA-MM-JJ [--creancier CODE] [--a-blanc]`."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.temps import instant_de
from relances.actions.planification import Bilan, planifier


class Command(BaseCommand):
    help = "Prévoit les relances dues à une date, sans rien envoyer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--au", type=date.fromisoformat, help="AAAA-MM-JJ ; aujourd'hui sinon")
        parser.add_argument("--creancier", help="code ; tous sinon")
        parser.add_argument("--a-blanc", action="store_true", help="dire, sans rien écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        maintenant = timezone.now()
        au = options["au"] or timezone.localdate()
        if au != timezone.localdate():
            maintenant = self._instant(au, maintenant)
        creanciers = Creancier.objects.en_activite().order_by("code")
        if options["creancier"]:
            creanciers = creanciers.filter(code=options["creancier"])
            if not creanciers:
                raise CommandError(f"Aucun créancier « {options['creancier']} ».")
        for creancier in creanciers:
            bilan = planifier(creancier, au=au, maintenant=maintenant, a_blanc=options["a_blanc"])
            self._dire(creancier, bilan, a_blanc=options["a_blanc"])

    @staticmethod
    def _instant(au: date, maintenant: datetime) -> datetime:
        """Un autre jour commence à minuit ; mais rien ne part avant l'heure qu'il est."""
        return max(instant_de(au, time(0)), maintenant)

    def _dire(self, creancier: Creancier, bilan: Bilan, *, a_blanc: bool) -> None:
        verbe = "à prévoir" if a_blanc else "prévues"
        self.stdout.write(
            f"{creancier.code} : {len(bilan.creees)} relances {verbe}, {bilan.factures} factures"
        )
        if not a_blanc:
            return
        noms = dict(Client.objects.pour(creancier).values_list("pk", "nom"))
        ouvertes = Facture.objects.pour(creancier).ouvertes()
        numeros = {facture.pk: facture.reference for facture in ouvertes}
        for prevue in bilan.creees:
            factures = ", ".join(numeros[ligne.pk] for ligne, _ in prevue.lignes)
            self.stdout.write(
                f"  + {noms[prevue.client]} : {prevue.etape.nom} "
                f"({prevue.canal.label.lower()}), {factures}"
            )
        for ecartee in bilan.ecartees:
            raisons = " ; ".join(b.phrase for b in ecartee.blocages)
            self.stdout.write(f"  - {numeros[ecartee.facture]} : {raisons}")
