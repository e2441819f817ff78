"""Ce qui attend de partir, relu à la lumière d'un changement."""

from collections.abc import Iterable
from datetime import timedelta

from factures.models import Facture
from recouvrement.comptes.models import Creancier
from relances.enums import ETATS_EN_ATTENTE
from relances.models import RelanceFacture


def plus_dues_depuis_leur_modification(
    creancier: Creancier, factures: Iterable[Facture]
) -> list[Facture]:
    """Celles dont la nouvelle échéance fait tomber une étape prévue trop tôt."""
    par_numero = {f.pk: f for f in factures}
    lignes = (
        RelanceFacture.objects.pour(creancier)
        .vivantes()
        .filter(facture__in=par_numero, relance__etat__in=ETATS_EN_ATTENTE, etape__isnull=False)
        .values_list("facture_id", "etape__delai", "relance__prevue_le")
    )
    trop_tot = {
        facture
        for facture, delai, prevue_le in lignes
        if par_numero[facture].date_echeance + timedelta(days=delai) > prevue_le
    }
    return [par_numero[pk] for pk in sorted(trop_tot)]
