"""Ce que vise un avoir ou une rectificative, tenu à jour : en question, rien ne se réclame.

`Facture.en_question` redit, pour les index et la relecture, ce que disent les références : seul ce
module l'écrit, après tout ce qui change une référence, le reste d'un avoir ou un numéro.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import batched

from django.db.models import Q

from factures.enums import IssueReference, Moyen
from factures.lectures.references import questions_attendues
from factures.models import Encaissement, Facture, ReferenceFacture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.base.lots import inserer_fiches

LOT = 500


def noter_les_references(vises: Iterable[tuple[Facture, Sequence[str]]]) -> None:
    """Ce que ces documents neufs nomment, une fois chacun."""
    inserer_fiches(
        [
            ReferenceFacture(creancier_id=facture.creancier_id, facture=facture, numero=numero)
            for facture, numeros in vises
            for numero in dict.fromkeys(numeros)
            if numero != facture.numero
        ]
    )


def accorder_les_references(
    creancier: Creancier, *, sources: Collection[int] = (), numeros: Collection[str] = ()
) -> None:
    """Refait `en_question` de ce que visent ces documents, et de ce qui porte ces numéros."""
    toutes = ReferenceFacture.objects.pour(creancier)
    if not toutes.exists():
        return
    touchees = set(numeros)
    for lot in batched(sources, LOT):
        touchees |= set(toutes.filter(facture__in=lot).values_list("numero", flat=True))
    for portes in batched(sorted(touchees), LOT):
        _accorder(creancier, portes)
    for lot in batched(sources, LOT):
        _refaire(creancier, Q(pk__in=lot))


def rouvrir_la_reference(encaissement: Encaissement) -> None:
    """L'emploi d'un avoir, ou un remplacement, vient d'être annulé : la question se repose."""
    creancier = encaissement.creancier
    toutes = ReferenceFacture.objects.pour(creancier)
    if encaissement.moyen == Moyen.AVOIR:
        siennes = toutes.filter(facture=encaissement.avoir_id, issue=IssueReference.APPLIQUEE)
    elif encaissement.moyen == Moyen.REMPLACEMENT:
        siennes = toutes.filter(remplacement=encaissement)
    else:
        return
    sources = {encaissement.avoir_id} if encaissement.avoir_id else set()
    sources |= set(siennes.values_list("facture", flat=True))
    siennes.update(issue="", remplacement=None)
    accorder_les_references(creancier, sources=sources)


def _accorder(creancier: Creancier, numeros: Sequence[str]) -> None:
    """Les factures de ces numéros, et les rectificatives qui les nomment."""
    rectificatives = ReferenceFacture.objects.pour(creancier).filter(
        numero__in=numeros, facture__est_avoir=False
    )
    _refaire(creancier, Q(numero__in=numeros) | Q(pk__in=rectificatives.values("facture")))


def _refaire(creancier: Creancier, lesquelles: Q) -> None:
    changees = []
    for facture, question in questions_attendues(creancier, lesquelles):
        if question != facture.en_question:
            facture.en_question = question
            changees.append(facture)
    Facture.objects.pour(creancier).bulk_update(changees, ["en_question"], batch_size=LOT)
