"""Ce qu'un créancier peut garder, et ce qu'une personne peut emporter : compté dans la base."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents.models import Depot, Export
from recouvrement.socle.erreurs import ErreurMetier

HEURE = timedelta(hours=1)


class QuotaAtteint(ErreurMetier):
    statut = 429


@dataclass(frozen=True, slots=True)
class Place:
    """« 1,2 Go sur 5 Go » : ce qu'un créancier garde, et ce qu'il peut garder."""

    prise: int
    totale: int

    @property
    def part(self) -> int:
        return round(100 * self.prise / self.totale) if self.totale else 100

    @property
    def est_presque_pleine(self) -> bool:
        return self.part >= 90

    def __str__(self) -> str:
        return f"{filesizeformat(self.prise)} sur {filesizeformat(self.totale)}"


def place_de(creancier: Creancier) -> Place:
    prise = Depot.objects.pour(creancier).aggregate(s=Sum("taille"))["s"] or 0
    return Place(prise, settings.QUOTA_STOCKAGE)


class Reste:
    """Ce qu'un créancier peut encore déposer ; on y prend fichier par fichier, avant de garder."""

    def __init__(self, creancier: Creancier) -> None:
        self.place = place_de(creancier)
        recents = Depot.objects.pour(creancier).filter(par__isnull=False, le__gt=Now() - HEURE)
        self.octets = self.place.totale - self.place.prise
        self.fichiers = settings.QUOTA_DEPOTS - recents.count()

    def prendre(self, taille: int) -> None:
        self.octets -= taille
        self.fichiers -= 1
        if self.octets < 0:
            raise QuotaAtteint(
                f"La place manque : {self.place} sont pris. Demandez à l'administrateur de "
                "l'agrandir."
            )
        if self.fichiers < 0:
            raise QuotaAtteint(
                f"{settings.QUOTA_DEPOTS} fichiers au plus se déposent en une heure : reprenez "
                "dans une heure."
            )


def noter_depots(
    creancier: Creancier, fichiers: Iterable[tuple[str, int]], *, par: Utilisateur | None
) -> None:
    """(empreinte, taille) de chaque fichier gardé ; deux fois le même ne compte qu'une."""
    Depot.objects.bulk_create(
        [
            Depot(creancier=creancier, empreinte=empreinte, taille=taille, par=par)
            for empreinte, taille in fichiers
        ],
        ignore_conflicts=True,
        batch_size=200,
    )


def noter_export(par: Utilisateur, *, page: str) -> None:
    """Le compte et la trace d'un export ; au-delà du quota, il est refusé avant d'être fait."""
    siens = Export.objects.filter(par=par)
    # Le compte d'une heure n'a pas à se souvenir de l'année ; le journal, lui, garde chaque sortie.
    siens.filter(le__lte=Now() - HEURE).delete()
    recents = siens.count()
    if recents >= settings.QUOTA_EXPORTS:
        raise QuotaAtteint(
            f"{settings.QUOTA_EXPORTS} exports au plus par heure et par personne : "
            "reprenez dans une heure."
        )
    Export.objects.create(par=par, page=page[:80])
