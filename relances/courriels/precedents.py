"""Ce qui fut déjà écrit à ce client."""

from datetime import date

from django.db.models import QuerySet

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.socle.requetes import RequeteFigee
from recouvrement.socle.temps import jour_de
from relances.enums import CANAUX_ECRITS, Canal, EtatRelance
from relances.models import Relance


def derniere_avant(relance: Relance) -> date | None:
    """Le jour du dernier courriel parti au même client."""
    derniere = (
        Relance.objects.pour(relance.creancier)
        .filter(client=relance.client_id, canal=Canal.COURRIEL, etat=EtatRelance.FAITE)
        .exclude(pk=relance.pk)
        .order_by("-faite_le")
        .values_list("faite_le", flat=True)
        .first()
    )
    return jour_de(derniere) if derniere else None


def est_un_premier_contact(client: Client, *, sauf: Relance | None = None) -> bool:
    """Rien d'écrit n'est encore parti : un envoi incertain ne compte pas, on redira ses droits."""
    deja = ECRITS(creancier=client.creancier_id, client=client.pk, sauf=sauf.pk if sauf else 0)
    return not deja


def _requete_des_ecrits(*, creancier: int, client: int, sauf: int) -> QuerySet[Relance]:
    return (
        Relance.objects.pour(Creancier(pk=creancier))
        .filter(client=client, etat=EtatRelance.FAITE, canal__in=CANAUX_ECRITS)
        .exclude(pk=sauf)
        .order_by()
        .only("pk")[:1]
    )


ECRITS = RequeteFigee(_requete_des_ecrits, creancier=int, client=int, sauf=int)
