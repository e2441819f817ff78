"""Ce qu'une personne demande de ses données, et ce qui lui est répondu."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from clients.actions import marquer_coordonnee
from clients.actions.verrou import verrouiller
from clients.enums import Validite
from clients.models import Client, Coordonnee
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.vie_privee.enums import NatureDemande
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.models import Demande


@transaction.atomic
def noter_demande(
    client: Client,
    *,
    nature: NatureDemande | str,
    recue_le: date,
    objet: str,
    refusees: Iterable[Coordonnee],
    acteur: Utilisateur,
) -> Demande:
    """`refusees` : les coordonnées dont la personne ne veut plus ; on n'y écrira, n'y appellera
    plus. La créance, elle, se recouvre toujours."""
    client = verrouiller(client)
    demande = Demande.objects.create(
        creancier=client.creancier,
        client=client,
        nature=nature,
        recue_le=recue_le,
        objet=objet,
        notee_par=acteur,
    )
    for coordonnee in refusees:
        marquer_coordonnee(
            coordonnee,
            validite=Validite.OPPOSITION,
            motif=f"Opposition reçue le {formats.jour(recue_le)}",
            le=recue_le,
            acteur=acteur,
        )
    _inscrire(Evenement.DEMANDE_RECUE, demande, le=recue_le, acteur=acteur)
    return demande


@transaction.atomic
def repondre(demande: Demande, *, le: date, reponse: str, acteur: Utilisateur) -> Demande:
    demandes = Demande.objects.pour(demande.creancier)
    demandes.select_for_update(of=("self",)).get(pk=demande.pk)
    demande = demandes.get(pk=demande.pk)
    if demande.repondue_le is not None:
        raise ErreurMetier("Cette demande a déjà sa réponse.")
    if le < demande.recue_le:
        raise ErreurMetier("La réponse ne peut pas précéder la demande.")
    demande.repondue_le, demande.reponse = le, reponse
    demande.save(update_fields=["repondue_le", "reponse"])
    _inscrire(Evenement.DEMANDE_REPONDUE, demande, le=le, acteur=acteur)
    return demande


def _inscrire(evenement: Evenement, demande: Demande, *, le: date, acteur: Utilisateur) -> None:
    inscrire(
        evenement,
        cible=demande,
        acteur=acteur,
        client=demande.client_id,
        nature=demande.get_nature_display(),
        le=le,
    )
