"""Jusqu'où une créance est allée : le plus haut palier des étapes faites dans son cycle."""

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from factures.models import FactureQuerySet
from relances.enums import CANAUX_POSTAUX, Canal, EtatRelance, Palier
from relances.models import RelanceFacture

# Écrite hors scénario, une action vaut ce que vaut son canal.
HORS_SCENARIO = Case(
    When(relance__canal=Canal.MISE_EN_DEMEURE, then=Value(int(Palier.MISE_EN_DEMEURE))),
    When(relance__canal__in=CANAUX_POSTAUX, then=Value(int(Palier.COURRIER))),
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
        .annotate(palier=Coalesce("etape__palier", HORS_SCENARIO))
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


def palier_d_un_client(factures_ouvertes: FactureQuerySet) -> int:
    """Le plus haut de ses factures ouvertes."""
    plus_haut = avec_palier(factures_ouvertes).order_by(F("palier_atteint").desc()).first()
    return plus_haut.palier_atteint if plus_haut else 0
