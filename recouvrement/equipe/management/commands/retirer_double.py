from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe import actions
from recouvrement.socle.erreurs import ErreurMetier


class Command(BaseCommand):
    help = "Retire la double authentification d'un compte : le dernier recours, sur le serveur."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="l'adresse du compte")
        parser.add_argument("--motif", required=True, help="écrit au journal, lu par la personne")

    def handle(self, *args: Any, email: str, motif: str, **options: Any) -> None:
        compte = Utilisateur.objects.filter(email=email.lower()).first()
        if compte is None:
            raise CommandError(f"Aucun compte n'a l'adresse {email}.")
        try:
            actions.retirer_double(compte, motif=motif, acteur=None, maintenant=timezone.now())
        except ErreurMetier as erreur:
            raise CommandError(str(erreur)) from erreur
        self.stdout.write(f"Double authentification retirée : {compte.email}")
