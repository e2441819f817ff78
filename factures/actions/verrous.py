"""Ce qui se verrouille avant que l'argent bouge : le client, puis ses factures par leur clé."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from clients.erreurs import ClientEfface, ClientFusionne
from clients.models import Client
from factures.erreurs import ClientRetire, FactureIncoherente, FactureIntrouvable
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
    if any(relu.efface_le for relu in verrouiller_clients(client.creancier, [client.pk])):
        raise ClientEfface


def verrouiller_le_compte(client: Client) -> None:
    """Un seul règlement à la fois par client : deux saisies de la même clé se suivent.

    Celui d'une personne effacée vit encore : un chèque rejeté après coup, et la somme qui le
    remplace, s'inscrivent où la facture est gardée (C. com., art. L123-12 et L123-22).
    """
    verrouiller_clients(client.creancier, [client.pk])


def verrouiller_clients(creancier: Creancier, pks: Iterable[int]) -> list[Client]:
    """Par leur clé, et relus : aucun n'a été retiré ni réuni à un autre pendant l'attente."""
    demandes = set(pks)
    relus = verrouiller(Client.objects.pour(creancier).filter(pk__in=demandes))
    if len(relus) < len(demandes):
        raise ClientRetire
    if any(relu.fusionne_dans_id is not None for relu in relus):
        raise ClientFusionne
    return relus


def verrouiller_chez_son_client(facture: Facture, *autres: Client) -> Facture:
    """La facture relue, son client d'aujourd'hui verrouillé avant elle, et ces autres avec lui."""
    creancier = facture.creancier
    siennes = Facture.objects.pour(creancier).filter(pk=facture.pk)
    client = siennes.values_list("client", flat=True).first()
    if client is None:
        raise FactureIntrouvable("Cette facture n'existe plus.")
    verrouiller_clients(creancier, [client, *(autre.pk for autre in autres)])
    relue = verrouiller_factures(creancier, [facture.pk]).get(facture.pk)
    if relue is None:
        raise FactureIntrouvable("Cette facture n'existe plus.")
    if relue.client_id != client:
        raise FactureIncoherente("Cette facture vient de changer de client : recommencez.")
    return relue


def verrouiller_factures(creancier: Creancier, pks: Iterable[int]) -> dict[int, Facture]:
    factures = verrouiller(Facture.objects.pour(creancier).filter(pk__in=list(pks)))
    for facture in factures:
        facture.creancier = creancier
    return {facture.pk: facture for facture in factures}
