import os
import secrets
import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe import actions
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.saisies.identifiants import lire_courriel

ADRESSE = "administrateur@recouvrement.example"
NOM = "Administrateur"


class Command(BaseCommand):
    help = (
        "Exige un administrateur au mot de passe à soi, avant d'ouvrir le site à d'autres postes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        reels = Utilisateur.objects.filter(est_administrateur=True, is_active=True)
        if reels.filter(est_demonstration=False).exists():
            return
        adresse, mot_de_passe, tire = self._choisir()
        try:
            adresse = lire_courriel(adresse).lower()
            validate_password(mot_de_passe, Utilisateur(email=adresse, nom_complet=NOM))
            compte = actions.creer_compte(
                email=adresse, nom=NOM, mot_de_passe=mot_de_passe, est_administrateur=True,
                acteur=None,
            )  # fmt: skip
        except ValidationError as erreur:
            raise CommandError(" ".join(erreur.messages)) from erreur
        except ErreurMetier as erreur:
            raise CommandError(str(erreur)) from erreur
        actions.montrer_la_demonstration(compte)
        self.stdout.write(f"Administrateur créé : {compte.email}")
        if tire:
            self.stdout.write(f"  Son mot de passe, affiché cette seule fois : {mot_de_passe}")

    def _choisir(self) -> tuple[str, str, bool]:
        """Demandés au terminal, lus de l'environnement, ou tirés au hasard."""
        adresse = os.environ.get("ADMINISTRATEUR", "")
        mot_de_passe = os.environ.get("MOT_DE_PASSE", "")
        if mot_de_passe:
            return adresse or ADRESSE, mot_de_passe, False
        if not sys.stdin.isatty():
            return adresse or ADRESSE, secrets.token_urlsafe(15), True
        self.stdout.write(
            "Le site va s'ouvrir à d'autres postes. Les comptes de démonstration n'y entreront\n"
            "pas, leur mot de passe est publié : créez l'administrateur."
        )
        adresse = adresse or input(f"Son adresse de courriel [{ADRESSE}] : ").strip() or ADRESSE
        mot_de_passe = getpass("Son mot de passe (douze caractères au moins) : ")
        if getpass("Encore une fois : ") != mot_de_passe:
            raise CommandError("Les deux saisies diffèrent : rien n'est ouvert.")
        return adresse, mot_de_passe, False
