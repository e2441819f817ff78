"""Dire si un client est professionnel, particulier ou public : tout ce qu'il doit en dépend."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from clients.actions.verrou import verrouiller_tous
from clients.enums import NatureClient, SourceNature
from clients.erreurs import NatureDejaDite
from clients.evenements import Evenement
from clients.models import Client, Qualification
from clients.signals import regime_change
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire_lot, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.base.lots import inserer_fiches

CHAMPS = ("nature", "nature_source", "nature_le")
LOT = 500


@transaction.atomic
def etablir_nature(
    clients: Sequence[Client],
    *,
    nature: NatureClient,
    le: date,
    acteur: Utilisateur | None,
    source: SourceNature = SourceNature.PERSONNE,
) -> Geste:
    """Un geste pour tous ces clients, d'un même créancier ; « à établir » la rend inconnue."""
    creancier = clients[0].creancier
    relus = verrouiller_tous(creancier, [client.pk for client in clients])
    a_changer = [client for client in relus if client.nature != nature]
    if not a_changer:
        raise NatureDejaDite
    geste = poser(Genre.NATURE, creancier=creancier, acteur=acteur)
    qualifier(a_changer, nature=nature, source=source, le=le, geste=geste)
    return geste


def qualifier(
    clients: Iterable[Client],
    *,
    nature: NatureClient,
    source: SourceNature,
    le: date,
    geste: Geste,
) -> None:
    """Les mêmes, sous le verrou et dans le geste de l'appelant."""
    relus = list(clients)
    inserer_fiches(
        [
            Qualification(
                creancier=client.creancier,
                client=client,
                geste=geste,
                avant=client.nature,
                avant_source=client.nature_source,
                avant_le=client.nature_le,
                apres=nature,
            )
            for client in relus
        ]
    )
    est_connue = nature != NatureClient.INCONNUE
    # Ignorée, elle ne faisait rien courir : il n'y a rien à revoir.
    a_revoir = [client for client in relus if client.nature != NatureClient.INCONNUE]
    for client in relus:
        _poser(client, nature, source if est_connue else "", le if est_connue else None)
    _ecrire(relus, geste=geste)
    _annoncer(a_revoir, geste)


def _poser(client: Client, nature: str, source: str, le: date | None) -> None:
    client.nature, client.nature_source, client.nature_le = nature, source, le


def _annoncer(clients: Sequence[Client], geste: Geste) -> None:
    if clients:
        regime_change.send(sender=Client, clients=clients, acteur=geste.auteur, geste=geste)


def _ecrire(clients: Sequence[Client], *, geste: Geste) -> None:
    """Toutes d'un coup : un import en apprend des milliers."""
    Client.objects.pour(geste.creancier).bulk_update(clients, CHAMPS, batch_size=LOT)
    inscrire_lot(
        Evenement.NATURE_ETABLIE,
        cibles=[
            (client, {"nature": str(client.nature), "source": str(client.nature_source)})
            for client in clients
        ],
        acteur=geste.auteur,
        geste=geste,
    )


def _dite_depuis(creancier: Creancier) -> Exists:
    """Une réponse plus récente tient : revenir sur l'ancienne la démentirait."""
    suivantes = Qualification.objects.pour(creancier).filter(
        client=OuterRef("client"), pk__gt=OuterRef("pk"), geste__annulation=None
    )
    return Exists(suivantes)


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    qualifications = Qualification.objects.pour(question.creancier)
    siennes = qualifications.filter(geste__in=question.de(Genre.NATURE))
    perdues = siennes.exclude(client__fusionne_dans=None, client__efface_le=None)
    for geste in perdues.values_list("geste", flat=True):
        yield geste, "Cette fiche a depuis été réunie à une autre, ou effacée."
    depassees = siennes.filter(_dite_depuis(question.creancier))
    for geste in depassees.values_list("geste", flat=True):
        yield geste, "La nature de ce client a été dite de nouveau depuis."


def _defaire(retour: Retour) -> None:
    # Un import rend les siennes en se défaisant.
    if retour.geste.genre == Genre.NATURE:
        rendre_les_natures(retour.geste, retour.annulation)


def rendre_les_natures(geste: Geste, annulation: Geste) -> None:
    """Ce que l'on en savait avant ce geste, si rien n'a été dit depuis."""
    siennes = Qualification.objects.pour(geste.creancier).filter(
        geste=geste, client__fusionne_dans=None, client__efface_le=None
    )
    avant = {sienne.client_id: sienne for sienne in siennes.filter(~_dite_depuis(geste.creancier))}
    clients = verrouiller_tous(geste.creancier, avant)
    for client in clients:
        su = avant[client.pk]
        _poser(client, su.avant, su.avant_source, su.avant_le)
    _ecrire(clients, geste=annulation)
    _annoncer(clients, annulation)


NATURES = Effet(_retenues, _defaire)
