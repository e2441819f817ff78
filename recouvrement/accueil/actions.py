"""Garder les filtres d'une liste sous un nom ; revenir sur n'importe quel geste."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from clients.actions.contacts import MARQUES
from clients.actions.nature import NATURES
from clients.actions.separation import FUSIONS
from clients.models import Marque, Qualification
from contentieux.actions.dossier import ETAPES
from contentieux.models import EvenementDossier
from factures.actions.annulations import REGLEMENTS
from factures.actions.importation.retrait import IMPORTS
from factures.actions.litiges import LITIGES
from factures.actions.verrous import verrouiller, verrouiller_clients
from factures.models import Encaissement, Facture, Litige
from recouvrement.accueil.evenements import Evenement
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.effets import revenir
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.appels import APPELS
from relances.actions.poste import COURRIERS
from relances.actions.promesses import PROMESSES
from relances.actions.retours import RELANCES
from relances.models import Appel, Courrier, Promesse, Relance, RelanceFacture

VUES_MAXIMUM = 30
# Toutes les sortes de faits qu'un geste écrit ; d'abord celles qui prennent le verrou du client.
EFFETS = (
    *(FUSIONS, APPELS, PROMESSES, MARQUES, NATURES, REGLEMENTS),
    *(LITIGES, COURRIERS, RELANCES, IMPORTS, ETAPES),
)


def annuler_geste(geste: Geste, *, acteur: Utilisateur, maintenant: datetime) -> Geste:
    """« Annuler », d'où que vienne le geste ; lève avec la raison si l'on n'y revient plus."""
    return revenir(
        geste, EFFETS, verrouiller=_verrouiller_les_clients, acteur=acteur, maintenant=maintenant
    )


def _verrouiller_les_clients(geste: Geste) -> None:
    """Dans l'ordre de toutes les actions : le créancier d'un import, puis les clients par clé."""
    if geste.genre in (Genre.IMPORT, Genre.FUSION):
        verrouiller(Creancier.objects.filter(pk=geste.creancier_id))
    clients = _clients_de(geste)
    verrouiller_clients(geste.creancier, clients)
    if _clients_de(geste) != clients:
        raise ErreurMetier("Ce que ce geste a écrit vient de changer de client : recommencez.")


def _clients_de(geste: Geste) -> set[int]:
    """Ceux des faits que ce geste a écrits, tranchés ou retirés."""
    du = geste.creancier
    promis = Promesse.objects.pour(du).filter(Q(geste=geste) | Q(close_geste=geste))
    appels = Appel.objects.pour(du).filter(Q(geste=geste) | Q(rappel_clos_geste=geste))
    courriers = Courrier.objects.pour(du).filter(Q(geste=geste) | Q(poste_geste=geste))
    relances = Relance.objects.pour(du).filter(Q(geste=geste) | Q(decision_geste=geste))
    litiges = Litige.objects.pour(du).filter(Q(geste=geste) | Q(clos_geste=geste))
    faits: list[QuerySet[Any, Any]] = [
        *(fiches.values_list("client") for fiches in (promis, appels, courriers, relances)),
        litiges.values_list("facture__client"),
        Encaissement.objects.pour(du).filter(geste=geste).values_list("client"),
        Facture.objects.pour(du).filter(importation__geste=geste).values_list("client"),
        RelanceFacture.objects.pour(du).filter(retiree_geste=geste).values_list("relance__client"),
        Qualification.objects.pour(du).filter(geste=geste).values_list("client"),
        Marque.objects.pour(du).filter(geste=geste).values_list("coordonnee__client"),
        EvenementDossier.objects.pour(du).filter(geste=geste).values_list("dossier__client"),
    ]
    return {pk for fait in faits for (pk,) in fait.order_by()}


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
