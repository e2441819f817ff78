"""La liste des promesses : en cours, non tenues, closes, et leur somme."""

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from relances.models import Promesse


def promesses_de_cette_vue(creancier: Creancier, vue: str, *, au: date) -> QuerySet[Promesse]:
    promesses = Promesse.objects.pour(creancier)
    match vue:
        case "":
            return promesses.en_cours()
        case "en_retard":
            return promesses.rompues(au=au)
        case "tenues":
            return promesses.filter(close_le__isnull=False, est_tenue=True)
        case "rompues":
            return promesses.filter(close_le__isnull=False, est_tenue=False)
    return promesses


def sommes(promesses: QuerySet[Promesse]) -> dict[str, Any]:
    lues = promesses.aggregate(nombre=Count("pk"), montant=Sum("montant", default=ZERO))
    return lues | {"montant": arrondir(lues["montant"])}


def issue_de(promesse: Promesse) -> str:
    if promesse.close_le is None:
        return "En cours"
    if promesse.est_tenue is None:
        return "Annulée" if promesse.est_annulee else "Remplacée"
    return "Tenue" if promesse.est_tenue else "Non tenue"
