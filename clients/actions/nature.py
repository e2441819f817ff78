"""Dire si un client est professionnel, particulier ou public : tout ce qu'il doit en dépend."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db import transaction

from clients.actions.verrou import verrouiller
from clients.enums import NatureClient, SourceNature
from clients.erreurs import NatureDejaDite
from clients.evenements import Evenement
from clients.models import Client, Qualification
from clients.signals import regime_change
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste


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
    relus = [verrouiller(client) for client in sorted(clients, key=lambda client: client.pk)]
    a_changer = [client for client in relus if client.nature != nature]
    if not a_changer:
        raise NatureDejaDite
    geste = poser(Genre.NATURE, creancier=a_changer[0].creancier, acteur=acteur)
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
    for client in clients:
        Qualification.objects.create(
            creancier=client.creancier,
            client=client,
            geste=geste,
            avant=client.nature,
            avant_source=client.nature_source,
            avant_le=client.nature_le,
            apres=nature,
        )
        est_connue = nature != NatureClient.INCONNUE
        ignoree = client.nature == NatureClient.INCONNUE
        _poser(client, nature, source if est_connue else "", le if est_connue else None)
        _inscrire(client, acteur=geste.auteur, geste=geste)
        # Ignorée, elle ne faisait rien courir : il n'y a rien à revoir.
        if not ignoree:
            _annoncer(client, geste)


def _poser(client: Client, nature: str, source: str, le: date | None) -> None:
    client.nature, client.nature_source, client.nature_le = nature, source, le
    client.save(update_fields=["nature", "nature_source", "nature_le"])


def _annoncer(client: Client, geste: Geste) -> None:
    regime_change.send(sender=Client, client=client, acteur=geste.auteur, geste=geste)


def _inscrire(client: Client, *, acteur: Utilisateur | None, geste: Geste) -> None:
    inscrire(
        Evenement.NATURE_ETABLIE,
        cible=client,
        acteur=acteur,
        geste=geste,
        nature=str(client.nature),
        source=str(client.nature_source),
    )


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    """Une réponse plus récente tient : revenir sur l'ancienne la démentirait."""
    qualifications = Qualification.objects.pour(question.creancier)
    siennes = qualifications.filter(geste__in=question.de(Genre.NATURE))
    for sienne in siennes.select_related("client"):
        if sienne.client.fusionne_dans_id or sienne.client.efface_le:
            yield sienne.geste_id, "Cette fiche a depuis été réunie à une autre, ou effacée."
        suivantes = qualifications.filter(client=sienne.client_id, pk__gt=sienne.pk)
        if suivantes.filter(geste__annulation=None).exists():
            yield sienne.geste_id, "La nature de ce client a été dite de nouveau depuis."


def _defaire(retour: Retour) -> None:
    # Un import rend les siennes en se défaisant.
    if retour.geste.genre == Genre.NATURE:
        rendre_les_natures(retour.geste, retour.annulation)


def rendre_les_natures(geste: Geste, annulation: Geste) -> None:
    """Ce que l'on en savait avant ce geste, si rien n'a été dit depuis."""
    toutes = Qualification.objects.pour(geste.creancier)
    siennes = toutes.filter(geste=geste, client__fusionne_dans=None, client__efface_le=None)
    for sienne in siennes.select_related("client__creancier").order_by("client_id"):
        suivantes = toutes.filter(client=sienne.client_id, pk__gt=sienne.pk)
        if suivantes.filter(geste__annulation=None).exists():
            continue
        client = verrouiller(sienne.client)
        _poser(client, sienne.avant, sienne.avant_source, sienne.avant_le)
        _inscrire(client, acteur=annulation.auteur, geste=annulation)
        _annoncer(client, annulation)


NATURES = Effet(_retenues, _defaire)
