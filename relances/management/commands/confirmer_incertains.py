"""`manage.py confirmer_incertains` : lire la boîte témoin, comme le fait chaque battement."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from recouvrement.courriel.actions import heure
from recouvrement.courriel.depart.temoin import confirmer_incertains
from recouvrement.courriel.transport.imap import BoiteFermee
from relances.actions.battement import METIERS


class Command(BaseCommand):
    help = "Confirme les envois incertains dont la copie témoin est arrivée."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.BOITE_TEMOIN is None:
            raise CommandError("TEMOIN_URL n'est pas réglé : aucune boîte témoin à lire.")
        try:
            nombre = confirmer_incertains(heure.heure_de_la_base(), metiers=METIERS)
        except BoiteFermee as panne:
            raise CommandError(str(panne)) from None
        self.stdout.write(f"{nombre} envois confirmés.")
