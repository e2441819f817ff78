"""« Scénario terminé » : tout a été demandé, la facture reste due, une personne décide."""

from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet

from clients.models import Client, en_suspension
from factures.lectures.faveur import Ceux
from recouvrement.accueil.lectures.action import MAXIMUM, Action
from recouvrement.comptes.models import Creancier
from relances.lectures.verdict import CLIENT_INTOUCHABLE
from relances.models import FinDeScenario, Promesse


def au_bout(creanciers: Ceux, *, au: date) -> QuerySet[Client]:
    """Ceux dont une facture, au bout du scénario, reste due sans que personne ait décidé."""
    fins = FinDeScenario.objects.parmi(creanciers).filter(
        creancier=OuterRef("creancier"),
        facture__client=OuterRef("pk"),
        facture__cycle=F("cycle"),
        facture__solde__gt=0,
        facture__contentieux_depuis=None,
        decidee_geste=None,
    )
    promis = Promesse.objects.parmi(creanciers).en_cours().filter(client=OuterRef("pk"))
    clients: QuerySet[Client] = Client.objects.parmi(creanciers).actifs()
    clients = clients.exclude(CLIENT_INTOUCHABLE).exclude(en_suspension(au=au))
    return clients.filter(Exists(fins), ~Exists(promis))


def fins_en_actions(chez: dict[int, Creancier], au: date) -> list[Action]:
    return [
        Action(
            *("fin", chez[client.creancier_id], client.pk, client.nom),
            "Scénario terminé : décider de la suite",
            objet_id=client.pk,
        )
        for client in au_bout(chez.values(), au=au).order_by("pk")[:MAXIMUM]
    ]
