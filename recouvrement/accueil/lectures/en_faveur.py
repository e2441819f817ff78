"""« Utiliser l'avoir » : ce qui couvre de l'échu et attend d'être employé."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from clients.models import Client
from factures.lectures.faveur import Ceux, Genre, LigneFaveur, factures_couvertes, lignes_en_faveur
from recouvrement.accueil.lectures.action import MAXIMUM, Action
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO
from relances.lectures.verdict import CLIENT_INTOUCHABLE, FACTURE_INTOUCHABLE


def faveurs_a_employer(creanciers: Ceux, *, au: date) -> QuerySet[Client]:
    """De l'échu est couvert par un avoir ou un règlement : rien n'en part tant qu'il attend."""
    couvertes = factures_couvertes(creanciers, au=au).echues(au=au).filter(~FACTURE_INTOUCHABLE)
    clients = Client.objects.parmi(creanciers).filter(pk__in=couvertes.values("client"))
    a_faire: QuerySet[Client] = clients.exclude(CLIENT_INTOUCHABLE)
    return a_faire


def faveurs_en_actions(chez: dict[int, Creancier], au: date) -> list[Action]:
    clients = list(faveurs_a_employer(chez.values(), au=au).order_by("pk")[:MAXIMUM])
    lignes = lignes_en_faveur(chez, [client.pk for client in clients], au=au) if clients else {}
    return [
        _employer(chez[client.creancier_id], client, lignes[client.pk])
        for client in clients
        if client.pk in lignes
    ]


def _employer(creancier: Creancier, client: Client, lignes: list[LigneFaveur]) -> Action:
    """Un seul avoir s'utilise sur sa page ; le reste, sur celle des règlements du client."""
    premiere, total = lignes[0], sum((ligne.montant for ligne in lignes), ZERO)
    page, mot = (
        f"{reverse('factures:reglement', args=[creancier.code])}?client={client.pk}",
        "Employer",
    )
    if len(lignes) > 1:
        quoi = f"les avoirs et règlements en attente ({euros(total)})"
    elif premiere.genre == Genre.AVOIR:
        quoi, mot = f"l'avoir {premiere.nom} ({euros(total)})", "Utiliser l'avoir"
        page = reverse("factures:avoir", args=[creancier.code, premiere.objet_id])
    else:
        quoi, mot = f"le {premiere} ({euros(total)})", "Imputer le règlement"
    return Action(
        *("employer", creancier, client.pk, client.nom),
        f"Utiliser {quoi} : il couvre de l'échu, rien n'en est réclamé",
        objet_id=client.pk,
        lien=page,
        mot=mot,
    )
