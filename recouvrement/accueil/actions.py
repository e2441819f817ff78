"""Garder les filtres d'une liste sous un nom, et les oublier."""

from django.db import transaction

from recouvrement.accueil.evenements import Evenement
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier

VUES_MAXIMUM = 30


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
