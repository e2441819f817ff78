from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.journal.models import Ancrage, Chaine, Entree, EtatJournal


def historique(cible: ModeleCloisonne) -> models.QuerySet[Entree]:
    """Ce qui est arrivé à un objet d'un créancier, du plus récent au plus ancien."""
    entrees: models.QuerySet[Entree] = (
        Entree.objects.pour(cible.creancier)
        .filter(cible_type=cible._meta.label_lower, cible_id=cible.pk)
        .select_related("acteur")
        .order_by("-id")
    )
    return entrees


def derniere_ligne(creanciers: Iterable[models.Model]) -> int:
    """Le numéro de la plus récente chez eux : le même, personne n'y a rien fait."""
    lignes = Entree.objects.parmi(creanciers).order_by("-id").values_list("id", flat=True)
    return lignes.first() or 0


def etat_de_la_chaine(numero: int) -> Chaine | None:
    """Jusqu'où cette chaîne est scellée et vérifiée ; rien encore, le premier jour."""
    return Chaine.objects.filter(numero=numero).first()


@dataclass(frozen=True, slots=True)
class EtatDuJournal:
    verifie_le: datetime | None
    entrees: int
    fautes: int
    constats: list[str]
    echec: str
    demandee: bool
    ancre: Ancrage | None
    horodatage: str


def etat_du_journal() -> EtatDuJournal:
    """Ce que la dernière relecture a trouvé, et la dernière ancre."""
    etat = EtatJournal.objects.filter(pk=1).first() or EtatJournal()
    sans_jeton = Ancrage.objects.filter(horodate_le=None).exclude(echec="").order_by("-numero")
    manque = sans_jeton.first()
    return EtatDuJournal(
        verifie_le=etat.verifie_le,
        entrees=etat.entrees,
        fautes=etat.fautes,
        constats=list(etat.constats),
        echec=etat.echec,
        demandee=etat.verifie_le is not None and etat.tentee_le is None,
        ancre=Ancrage.objects.order_by("-numero").first(),
        horodatage=manque.echec if manque else "",
    )
