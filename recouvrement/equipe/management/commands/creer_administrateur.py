import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe import actions
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.saisies.identifiants import lire_courriel


class Command(BaseCommand):
    help = "Crée un administrateur de l'instance ; mot de passe demandé, ou lu de MOT_DE_PASSE."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="son adresse, qui sert d'identifiant")
        parser.add_argument("--nom", required=True, help="prénom et nom")

    def handle(self, *args: Any, email: str, nom: str, **options: Any) -> None:
        mot_de_passe = os.environ.get("MOT_DE_PASSE") or self._demander()
        try:
            adresse = lire_courriel(email).lower()
            validate_password(mot_de_passe, Utilisateur(email=adresse, nom_complet=nom))
            compte = actions.creer_compte(
                email=adresse,
                nom=nom,
                mot_de_passe=mot_de_passe,
                est_administrateur=True,
                acteur=None,
            )
        except ValidationError as erreur:
            raise CommandError(" ".join(erreur.messages)) from erreur
        except ErreurMetier as erreur:
            raise CommandError(str(erreur)) from erreur
        self.stdout.write(f"Administrateur créé : {compte.email}")

    def _demander(self) -> str:
        try:
            mot_de_passe = getpass("Mot de passe : ")
            encore = getpass("Encore une fois : ")
        except EOFError:
            raise CommandError("Sans terminal, donnez-le dans MOT_DE_PASSE.") from None
        if encore != mot_de_passe:
            raise CommandError("Les deux saisies diffèrent.")
        return mot_de_passe
