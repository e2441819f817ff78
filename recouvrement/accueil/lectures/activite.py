"""Ce qui a été fait : les appels de chacun et ce qu'ils ont donné, sur trente jours."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.socle.temps import instant_de
from relances.enums import ISSUES_NON_JOINT, Issue
from relances.lectures.promesses import issues_par_auteur
from relances.models import Appel, Promesse
from relances.regles.promesses import Fiabilite, fiabilite

JOURS = 30


@dataclass(frozen=True, slots=True)
class Activite:
    nom: str
    appels: int
    joints: int
    promesses: int
    fiabilite: Fiabilite

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
    issues: dict[int, list[str]] = defaultdict(list)
    # Celles dont le jour tombait dans cette période : l'argent reçu dit ce qu'elles sont devenues.
    echues = Promesse.objects.parmi(creanciers).filter(pour_le__gte=debut, pour_le__lte=au)
    for auteur, issue in issues_par_auteur(echues, au=au):
        issues[auteur].append(issue)
    return [
        Activite(
            Utilisateur(
                nom_complet=ligne["auteur__nom_complet"], email=ligne["auteur__email"]
            ).nom_court,
            *(ligne["appels"], ligne["joints"], ligne["promesses"]),
            fiabilite(issues[ligne["auteur"]]),
        )
        for ligne in appels
    ]


def ensemble(lignes: Sequence[Activite]) -> Activite:
    return Activite(
        "Ensemble",
        appels=sum(a.appels for a in lignes),
        joints=sum(a.joints for a in lignes),
        promesses=sum(a.promesses for a in lignes),
        fiabilite=Fiabilite(
            sum(a.fiabilite.a_l_heure for a in lignes),
            sum(a.fiabilite.en_retard for a in lignes),
            sum(a.fiabilite.non_tenues for a in lignes),
        ),
    )
