from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.demonstration.jouer import charger
from recouvrement.demonstration.personnes import COMPTES
from recouvrement.demonstration.retrait import ce_qui_s_en_va, retirer
from recouvrement.journal.veille import prendre_acte, verifier
from recouvrement.socle.erreurs import ErreurMetier

MOT = "retirer"


class Command(BaseCommand):
    help = "Charge la démonstration : trois créanciers fictifs, dix-huit mois d'histoire."
    # Le démarrage les annonce.
    COMPTES = COMPTES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--retirer", action="store_true", help="tout en ôter, et rien d'autre")
        parser.add_argument("--oui", action="store_true", help="sans demander confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retirer"]:
            self.retirer(oui=options["oui"])
            return
        if Creancier.objects.filter(est_demonstration=False).exists():
            raise CommandError(
                "Cette base tient de vrais créanciers : la démonstration ne s'y charge pas. "
                "Donnez-lui une base à elle (DATABASE_URL)."
            )
        if Creancier.objects.exists():
            self.stdout.write("La démonstration est déjà là.")
        else:
            # L'instance naît maintenant, et non à l'heure que la démonstration se raconte.
            lire_instance()
            comptes = charger(timezone.now())
            self.stdout.write(
                f"Démonstration chargée : {comptes.creanciers} créanciers, "
                f"{comptes.clients} clients, {comptes.factures} factures, "
                f"{comptes.relances} relances, {comptes.appels} appels, "
                f"{comptes.reglements} règlements."
            )
        for role, email, mot_de_passe in COMPTES:
            self.stdout.write(f"  {role} : {email}  {mot_de_passe}")

    def retirer(self, *, oui: bool) -> None:
        creanciers = Creancier.objects.filter(est_demonstration=True)
        comptes = Utilisateur.objects.filter(est_demonstration=True)
        if not creanciers.exists() and not comptes.exists():
            self.stdout.write("La démonstration n'est pas dans cette base.")
            return
        try:
            lignes, _ = ce_qui_s_en_va()
            noms = ", ".join(creanciers.order_by("nom").values_list("nom", flat=True))
            self.stdout.write(
                f"Seront ôtés, sans retour : {noms} ; {comptes.count()} comptes ; "
                f"{sum(map(len, lignes.values()))} lignes, leur journal et leurs fichiers."
            )
            if not oui and not self._confirme():
                raise CommandError("Rien n'est ôté.")
            maintenant = timezone.now()
            en_regle = not verifier(maintenant).nombre
            parties = retirer()
            # Les chaînes où elle était montrent le trou ; rien d'autre n'en profite.
            if en_regle:
                prendre_acte(maintenant, motif="Démonstration retirée")
        except ErreurMetier as refus:
            raise CommandError(f"{refus} Rien n'est ôté.") from refus
        self.stdout.write(f"Démonstration retirée : {parties.total()} lignes.")
        if not en_regle:
            self.stdout.write(
                "Le journal avait déjà des écarts : voyez « manage.py verifier_journal »."
            )
        self.stdout.write("Pour qu'elle ne revienne pas dans une base vide : DEMO=0 ./lancer")

    def _confirme(self) -> bool:
        try:
            return input(f"Tapez « {MOT} » pour confirmer : ").strip() == MOT
        except EOFError:
            raise CommandError("Sans terminal, confirmez par --oui. Rien n'est ôté.") from None
