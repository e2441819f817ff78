"""Ce qui fut déjà écrit à ce client."""

from django.db.models import QuerySet

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.socle.requetes import RequeteFigee
from relances.enums import CANAUX_ECRITS, EtatRelance
from relances.models import Relance


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
