"""Poser et ôter le signe « au contentieux » : les relances amiables s'y arrêtent."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from factures.actions.annonces import annoncer_creances
from factures.actions.verrous import verrouiller_factures
from factures.evenements import Evenement
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire_lot


@transaction.atomic
def confier_au_contentieux(
    factures: Iterable[Facture], *, le: date, acteur: Utilisateur | None
) -> list[Facture]:
    """Celles qui y étaient déjà gardent leur date ; rend celles qui viennent d'y entrer."""
    return _poser(factures, le, Evenement.CONTENTIEUX_ENTREE, acteur, le=le)


@transaction.atomic
def retirer_du_contentieux(
    factures: Iterable[Facture], *, le: date, acteur: Utilisateur | None
) -> list[Facture]:
    return _poser(factures, None, Evenement.CONTENTIEUX_SORTIE, acteur, le=le)


def _poser(
    factures: Iterable[Facture],
    depuis: date | None,
    evenement: Evenement,
    acteur: Utilisateur | None,
    *,
    le: date,
) -> list[Facture]:
    factures = list(factures)
    if not factures:
        return []
    creancier = factures[0].creancier
    relues = verrouiller_factures(creancier, [facture.pk for facture in factures]).values()
    changees = [f for f in relues if (f.contentieux_depuis is None) is (depuis is not None)]
    for facture in changees:
        facture.contentieux_depuis = depuis
    Facture.objects.pour(creancier).filter(pk__in=[f.pk for f in changees]).update(
        contentieux_depuis=depuis
    )
    inscrire_lot(evenement, cibles=[(f, {"le": le}) for f in changees], acteur=acteur)
    annoncer_creances(creancier, changees, "contentieux" if depuis else "modifiee")
    return changees
