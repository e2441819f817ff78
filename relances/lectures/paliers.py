"""Jusqu'où une créance est allée : le plus haut palier des étapes faites dans son cycle."""

from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from factures.models import FactureQuerySet
from recouvrement.socle.montants import ZERO, arrondir
from relances.enums import CANAUX_POSTAUX, Canal, EtatRelance, Palier
from relances.models import RelanceFacture


def _hors_scenario(ligne: str = "") -> Case:
    """Écrite hors scénario, une action vaut ce que vaut son canal."""
    return Case(
        When(
            **{f"{ligne}relance__canal": Canal.MISE_EN_DEMEURE},
            then=Value(int(Palier.MISE_EN_DEMEURE)),
        ),
        When(
            **{f"{ligne}relance__canal__in": CANAUX_POSTAUX},
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
    return factures.annotate(
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


def par_palier(factures: FactureQuerySet) -> dict[int, tuple[int, Decimal]]:
    """Combien de ces factures en sont à chaque palier, et pour quelle somme, en une requête."""
    ligne = "lignes_de_relance__"
    faite = Q(
        lignes_de_relance__cycle=F("cycle"),
        lignes_de_relance__est_vivante=True,
        lignes_de_relance__relance__etat=EtatRelance.FAITE,
    )
    atteint = Max(Coalesce(f"{ligne}etape__palier", _hors_scenario(ligne)), filter=faite)
    etagees = factures.order_by().annotate(
        palier_atteint=Case(
            When(contentieux_depuis__isnull=False, then=Value(int(Palier.CONTENTIEUX))),
            default=Coalesce(atteint, Value(0), output_field=IntegerField()),
            output_field=IntegerField(),
        )
    )
    lus = etagees.aggregate(
        **{f"nombre_{p}": Count("pk", filter=Q(palier_atteint=p)) for p in Palier},
        **{f"somme_{p}": Sum("solde", filter=Q(palier_atteint=p)) for p in Palier},
    )
    return {
        int(p): (lus[f"nombre_{p}"], arrondir(lus[f"somme_{p}"] or ZERO))
        for p in Palier
        if lus[f"nombre_{p}"]
    }


def palier_d_un_client(factures_ouvertes: FactureQuerySet) -> int:
    """Le plus haut de ses factures ouvertes."""
    plus_haut = avec_palier(factures_ouvertes).order_by(F("palier_atteint").desc()).first()
    return plus_haut.palier_atteint if plus_haut else 0
