"""Ce qui se verrouille avant que l'argent bouge : le client, puis ses factures par leur clé."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from clients.erreurs import ClientFusionne
from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier


def verrouiller[M: Model](lignes: QuerySet[M]) -> list[M]:
    """Verrouille, puis relit : ce qui attendait un verrou verrait sinon la base d'avant."""
    lignes = lignes.order_by("pk")
    # no_key : une clé étrangère posée ailleurs vers ces lignes n'attend pas.
    verrou = lignes.select_related(None).select_for_update(of=("self",), no_key=True)
    list(verrou.only("pk"))
    return list(lignes)


def verrouiller_client(client: Client) -> None:
    """Un seul règlement à la fois par client : deux saisies de la même clé se suivent.

    Relu après l'attente : une fiche réunie à une autre entre-temps ne reçoit plus rien.
    """
    (relu,) = verrouiller(Client.objects.pour(client.creancier).filter(pk=client.pk))
    if relu.fusionne_dans_id is not None:
        raise ClientFusionne


def verrouiller_factures(creancier: Creancier, pks: Iterable[int]) -> dict[int, Facture]:
    factures = verrouiller(Facture.objects.pour(creancier).filter(pk__in=list(pks)))
    for facture in factures:
        facture.creancier = creancier
    return {facture.pk: facture for facture in factures}
