"""Saisir ou importer les taux d'un semestre, avec leur source."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from factures.enums import SerieTaux
from factures.erreurs import TauxRefuse
from factures.evenements import Evenement
from factures.models import TauxPublie
from recouvrement.comptes.models import Utilisateur
from recouvrement.droit.taux import debut_semestre
from recouvrement.journal.actions import inscrire

PLAFOND = Decimal(100)


@dataclass(frozen=True, slots=True)
class TauxLu:
    serie: str
    effet: date
    valeur: Decimal
    source: str
    publie_le: date


@transaction.atomic
def saisir_taux(
    serie: str,
    *,
    effet: date,
    valeur: Decimal,
    source: str,
    publie_le: date,
    acteur: Utilisateur | None,
) -> TauxPublie:
    """Le même taux deux fois n'est écrit qu'une ; un autre pour le même semestre le corrige."""
    if serie not in SerieTaux.values:
        raise TauxRefuse(f"Série inconnue : {serie} (attendu : {', '.join(SerieTaux.values)}).")
    if effet != debut_semestre(effet):
        raise TauxRefuse("Un taux prend effet un 1er janvier ou un 1er juillet.")
    if not source.strip():
        raise TauxRefuse("Dites d'où vient ce taux : l'arrêté, la page de la BCE, leur date.")
    if not 0 <= valeur < PLAFOND:
        raise TauxRefuse("Un taux est compris entre 0 et 100 %.")
    actuel = TauxPublie.objects.filter(serie=serie, effet=effet).order_by("-pk").first()
    if actuel and (actuel.valeur, actuel.source) == (valeur, source.strip()):
        return actuel
    taux = TauxPublie.objects.create(
        serie=serie,
        effet=effet,
        valeur=valeur,
        source=source.strip(),
        publie_le=publie_le,
        saisi_par=acteur,
    )
    inscrire(
        Evenement.TAUX_SAISI,
        cible=taux,
        acteur=acteur,
        serie=serie,
        effet=effet,
        valeur=valeur,
        source=taux.source,
        publie_le=publie_le,
    )
    return taux


@transaction.atomic
def importer_taux(lus: Iterable[TauxLu], *, acteur: Utilisateur | None) -> list[TauxPublie]:
    """Tout ou rien."""
    return [
        saisir_taux(
            lu.serie,
            effet=lu.effet,
            valeur=lu.valeur,
            source=lu.source,
            publie_le=lu.publie_le,
            acteur=acteur,
        )
        for lu in lus
    ]
