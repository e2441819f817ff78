"""Effacer les données personnelles d'un client : une fois, en entier, et cela se sait."""

from datetime import datetime

from django.db import transaction

from clients.models import Client
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.lectures.effacement import lots_d_un_client, obstacles
from recouvrement.vie_privee.lots import Compte, Ordre, taire


class NomDifferent(ErreurMetier):
    message = "Ce n'est pas le nom de ce client : rien n'a été effacé."


class EffacementImpossible(ErreurMetier):
    pass


@transaction.atomic
def effacer_les_personnes(
    client: Client, *, nom: str, maintenant: datetime, acteur: Utilisateur
) -> list[Compte]:
    """`nom` : celui que la personne a recopié. Refusé tant qu'un droit est en cours."""
    # Comme une fusion : rien ne se prévoit pour lui pendant ce temps.
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=client.creancier_id)
    fiches = Client.objects.pour(client.creancier)
    fiches.select_for_update(of=("self",)).get(pk=client.pk)
    relu = fiches.get(pk=client.pk)
    relu.creancier = client.creancier
    if " ".join(nom.split()).casefold() != " ".join(relu.nom.split()).casefold():
        raise NomDifferent
    if contre := obstacles(relu):
        raise EffacementImpossible(contre[0])
    comptes = taire(lots_d_un_client(relu), Ordre("Effacement demandé", acteur, maintenant))
    inscrire(
        Evenement.PERSONNES_EFFACEES,
        cible=relu,
        acteur=acteur,
        efface={compte.quoi: compte.nombre for compte in comptes},
    )
    return comptes
