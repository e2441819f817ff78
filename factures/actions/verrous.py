"""Ce qui se verrouille avant que l'argent bouge : le client, puis ses factures par leur clé."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from clients.erreurs import ClientEfface, ClientFusionne
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
    """Relu après l'attente : réunie à une autre ou effacée entre-temps, la fiche ne reçoit rien."""
    if _verrouiller_la_fiche(client).efface_le is not None:
        raise ClientEfface


def verrouiller_le_compte(client: Client) -> None:
    """Un seul règlement à la fois par client : deux saisies de la même clé se suivent.

    Celui d'une personne effacée vit encore : un chèque rejeté après coup, et la somme qui le
    remplace, s'inscrivent où la facture est gardée (C. com., art. L123-12 et L123-22).
    """
    _verrouiller_la_fiche(client)


def _verrouiller_la_fiche(client: Client) -> Client:
    (relu,) = verrouiller(Client.objects.pour(client.creancier).filter(pk=client.pk))
    if relu.fusionne_dans_id is not None:
        raise ClientFusionne
    return relu


def verrouiller_factures(creancier: Creancier, pks: Iterable[int]) -> dict[int, Facture]:
    factures = verrouiller(Facture.objects.pour(creancier).filter(pk__in=list(pks)))
    for facture in factures:
        facture.creancier = creancier
    return {facture.pk: facture for facture in factures}
