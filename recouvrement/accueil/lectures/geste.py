"""Un geste, ce qu'il a écrit, et s'il peut encore être annulé."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from factures.models import Encaissement
from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.lectures.journal import LigneJournal, ligne_journal
from recouvrement.journal.effets import Effet, Question, empechements
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Entree, Geste

MONTREES = 50


@dataclass(frozen=True, slots=True)
class FicheGeste:
    geste: Geste
    lignes: list[LigneJournal]
    # Vide : il peut encore être annulé.
    raison: str
    # Un règlement qui ne s'annule plus d'un clic s'annule en le motivant.
    reglement: int | None


def fiche_geste(
    geste: Geste, effets: Sequence[Effet], *, acteur: Utilisateur, maintenant: datetime
) -> FicheGeste:
    entrees = (
        Entree.objects.pour(geste.creancier)
        .filter(geste=geste)
        .select_related("acteur")
        .order_by("pk")[:MONTREES]
    )
    question = Question(geste.creancier, [geste], acteur, maintenant)
    return FicheGeste(
        geste=geste,
        lignes=[ligne_journal(entree, geste.creancier) for entree in entrees],
        raison=empechements(question, effets).get(geste.pk, ""),
        reglement=reglement_a_motiver(geste),
    )


def reglement_a_motiver(geste: Geste) -> int | None:
    """Le règlement de ce geste, s'il n'est pas encore annulé."""
    if geste.genre != Genre.REGLEMENT:
        return None
    siens = Encaissement.objects.pour(geste.creancier).filter(geste=geste, contre_ecriture=None)
    return siens.values_list("pk", flat=True).first()
