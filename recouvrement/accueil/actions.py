"""Garder les filtres d'une liste sous un nom ; revenir sur n'importe quel geste."""

from datetime import datetime

from django.db import transaction

from clients.actions.contacts import MARQUES
from contentieux.actions.dossier import ETAPES
from factures.actions.annulations import REGLEMENTS
from factures.actions.importation.retrait import IMPORTS
from factures.actions.litiges import LITIGES
from recouvrement.accueil.evenements import Evenement
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.effets import revenir
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.appels import APPELS
from relances.actions.poste import COURRIERS
from relances.actions.promesses import PROMESSES
from relances.actions.retours import RELANCES

VUES_MAXIMUM = 30
# Toutes les sortes de faits qu'un geste écrit ; d'abord celles qui prennent le verrou du client.
EFFETS = (
    *(APPELS, PROMESSES, MARQUES, REGLEMENTS),
    *(LITIGES, COURRIERS, RELANCES, IMPORTS, ETAPES),
)


def annuler_geste(geste: Geste, *, acteur: Utilisateur, maintenant: datetime) -> Geste:
    """« Annuler », d'où que vienne le geste ; lève avec la raison si l'on n'y revient plus."""
    return revenir(geste, EFFETS, acteur=acteur, maintenant=maintenant)


@transaction.atomic
def enregistrer_vue(
    creancier: Creancier, *, page: str, nom: str, requete: str, acteur: Utilisateur
) -> VueEnregistree:
    """Le même nom sur la même page remplace ; chacun a les siennes."""
    siennes = VueEnregistree.objects.pour(creancier).filter(utilisateur=acteur, page=page)
    if siennes.exclude(nom=nom).count() >= VUES_MAXIMUM:
        raise ErreurMetier(f"Vous avez déjà {VUES_MAXIMUM} vues ici : oubliez-en une d'abord.")
    vue, _ = VueEnregistree.objects.pour(creancier).update_or_create(
        creancier=creancier,
        utilisateur=acteur,
        page=page,
        nom=nom,
        defaults={"requete": requete},
    )
    inscrire(Evenement.VUE_ENREGISTREE, cible=vue, acteur=acteur, nom=nom, page=page)
    return vue


@transaction.atomic
def oublier_vue(vue: VueEnregistree, *, acteur: Utilisateur) -> None:
    inscrire(Evenement.VUE_OUBLIEE, cible=vue, acteur=acteur, nom=vue.nom, page=vue.page)
    vue.delete()
