"""Ce que les factures disent aux apps du dessus, dans la transaction qui l'a fait."""

from collections.abc import Iterable

from factures.actions.grand_livre import Effet
from factures.models import Facture
from factures.signals import creances_changees
from recouvrement.comptes.models import Creancier


def annoncer_creances(creancier: Creancier, factures: Iterable[Facture], motif: str) -> None:
    if factures := list(factures):
        creances_changees.send(sender=Facture, creancier=creancier, factures=factures, motif=motif)


def annoncer_effet(creancier: Creancier, effet: Effet) -> None:
    annoncer_creances(creancier, effet.soldees, "soldee")
    annoncer_creances(creancier, effet.rouvertes, "rouverte")
    annoncer_creances(creancier, effet.modifiees, "modifiee")
