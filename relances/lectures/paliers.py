"""Jusqu'où une créance est allée : le plus haut palier des étapes faites dans son cycle."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    F,
    IntegerField,
    Max,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from factures.models import Facture, FactureQuerySet
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import arrondir
from relances.enums import CANAUX_POSTAUX, Canal, EtatRelance, Palier
from relances.models import RelanceFacture
from relances.sql import totaux_par_palier


def _hors_scenario() -> Case:
    """Écrite hors scénario, une action vaut ce que vaut son canal."""
    return Case(
        When(
            relance__canal=Canal.MISE_EN_DEMEURE,
            then=Value(int(Palier.MISE_EN_DEMEURE)),
        ),
        When(
            relance__canal__in=CANAUX_POSTAUX,
            then=Value(int(Palier.COURRIER)),
        ),
        default=Value(int(Palier.RAPPEL)),
        output_field=IntegerField(),
    )


def avec_palier(factures: FactureQuerySet) -> FactureQuerySet:
    """Annote `palier_atteint` (0 à 6)."""
    atteint = (
        RelanceFacture.objects.filter(
            creancier=OuterRef("creancier"),
            facture=OuterRef("pk"),
            cycle=OuterRef("cycle"),
            est_vivante=True,
            relance__etat=EtatRelance.FAITE,
        )
        .order_by()
        .annotate(palier=Coalesce("etape__palier", _hors_scenario()))
        .order_by("-palier")
        .values("palier")[:1]
    )
    # Le greffon prend pour un champ ce que le modèle ne fait que typer.
    avec: FactureQuerySet = factures.annotate(  # type: ignore[no-redef]
        palier_atteint=Case(
            When(contentieux_depuis__isnull=False, then=Value(int(Palier.CONTENTIEUX))),
            default=Coalesce(
                Subquery(atteint, output_field=IntegerField()),
                Value(0),
                output_field=IntegerField(),
            ),
            output_field=IntegerField(),
        )
    )
    return avec


def par_palier(creanciers: Sequence[Creancier], *, au: date) -> dict[int, tuple[int, Decimal]]:
    """Combien de factures échues en sont à chaque palier atteint, et pour quelle somme.

    On part des étapes faites, pas des factures : celles qu'on n'a jamais relancées n'y sont pas.
    """
    if not creanciers:
        return {}
    relancees = (
        RelanceFacture.objects.parmi(creanciers)
        .vivantes()
        .filter(
            relance__etat=EtatRelance.FAITE,
            cycle=F("facture__cycle"),
            facture__solde__gt=0,
            facture__est_avoir=False,
            facture__date_echeance__lt=au,
            facture__contentieux_depuis=None,
        )
        .order_by()
        .values("facture")
        .annotate(palier=Max(Coalesce("etape__palier", _hors_scenario())), du=Max("facture__solde"))
        .values_list("palier", "du")
    )
    au_contentieux = (
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .echues(au=au)
        .filter(contentieux_depuis__isnull=False)
        .order_by()
        .annotate(palier=Value(int(Palier.CONTENTIEUX)), du=F("solde"))
        .values_list("palier", "du")
    )
    return {
        palier: (nombre, arrondir(somme))
        for palier, nombre, somme in totaux_par_palier(relancees.union(au_contentieux, all=True))
    }
