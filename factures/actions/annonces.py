"""Ce que les factures disent aux apps du dessus, dans la transaction qui l'a fait."""

from collections.abc import Iterable

from factures.actions.parts import Effet
from factures.models import Facture
from factures.signals import creances_changees
from recouvrement.comptes.models import Creancier
from recouvrement.journal.models import Geste


def annoncer_creances(
    creancier: Creancier, factures: Iterable[Facture], motif: str, geste: Geste | None = None
) -> None:
    if factures := list(factures):
        creances_changees.send(
            sender=Facture, creancier=creancier, factures=factures, motif=motif, geste=geste
        )


def annoncer_effet(creancier: Creancier, effet: Effet, geste: Geste | None = None) -> None:
    annoncer_creances(creancier, effet.soldees, "soldee", geste)
    annoncer_creances(creancier, effet.rouvertes, "rouverte", geste)
    annoncer_creances(creancier, effet.modifiees, "modifiee", geste)
