"""Ce qui a été fait : les appels de chacun et ce qu'ils ont donné, sur trente jours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.socle.temps import instant_de
from relances.enums import ISSUES_NON_JOINT, Issue
from relances.models import Appel, Promesse

JOURS = 30


@dataclass(frozen=True, slots=True)
class Activite:
    nom: str
    appels: int
    joints: int
    promesses: int
    tenues: int

    @property
    def part_jointe(self) -> int:
        return round(100 * self.joints / self.appels) if self.appels else 0


def activite(creanciers: Sequence[Creancier], *, au: date) -> list[Activite]:
    """Une ligne par personne, la plus active d'abord ; les appels annulés ne comptent pas."""
    debut = au - timedelta(days=JOURS)
    appels = list(
        Appel.objects.parmi(creanciers)
        .filter(appele_le__gte=instant_de(debut), annule_le=None)
        .order_by()
        .values("auteur", "auteur__nom_complet", "auteur__email")
        .annotate(
            appels=Count("pk"),
            joints=Count("pk", filter=~Q(issue__in=ISSUES_NON_JOINT)),
            promesses=Count("pk", filter=Q(issue=Issue.PROMET)),
        )
        .order_by("-appels", "auteur")
    )
    tenues = dict(
        Promesse.objects.parmi(creanciers)
        .filter(close_le__gte=debut, close_le__lte=au, est_tenue=True)
        .order_by()
        .values("auteur")
        .annotate(nombre=Count("pk"))
        .values_list("auteur", "nombre")
    )
    return [
        Activite(
            Utilisateur(
                nom_complet=ligne["auteur__nom_complet"], email=ligne["auteur__email"]
            ).nom_court,
            *(ligne["appels"], ligne["joints"], ligne["promesses"]),
            tenues.get(ligne["auteur"], 0),
        )
        for ligne in appels
    ]


def ensemble(lignes: Sequence[Activite]) -> Activite:
    return Activite(
        "Ensemble",
        appels=sum(a.appels for a in lignes),
        joints=sum(a.joints for a in lignes),
        promesses=sum(a.promesses for a in lignes),
        tenues=sum(a.tenues for a in lignes),
    )
