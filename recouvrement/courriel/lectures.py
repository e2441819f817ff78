"""Où en sont les envois : ce qui les retient, dit à l'exploitant comme aux personnes concernées."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi, Retenue
from recouvrement.courriel.models import Envoi, Instance
from recouvrement.courriel.regles.cadence import ATTENTE_INJOIGNABLE

SILENCE_INQUIETANT = timedelta(minutes=15)
RETARD_INQUIETANT = timedelta(minutes=30)
COUPURE_INQUIETANTE = timedelta(minutes=30)


def s_est_tu(quand: datetime | None, instance: Instance, *, maintenant: datetime) -> bool:
    """Plus rien depuis un quart d'heure. « Jamais » n'est tolérable que d'une instance neuve."""
    return maintenant - (quand or instance.nee_le) > SILENCE_INQUIETANT


def ce_qui_retient(instance: Instance) -> Retenue | None:
    """La cause la plus haute ; None : ce qui est dû devrait partir."""
    return next((cause for cause in Retenue if getattr(instance, cause) is not None), None)


def coupee_depuis(instance: Instance, *, maintenant: datetime) -> datetime | None:
    """Depuis quand le serveur d'envoi manque, s'il manque assez pour que cela compte."""
    if instance.disjoncte_le is not None:
        return instance.disjoncte_le
    depuis = instance.injoignable_le
    return depuis if depuis and maintenant - depuis > COUPURE_INQUIETANTE else None


@dataclass(frozen=True, slots=True)
class Attente:
    """Les messages de toute l'instance qui n'ont pas atteint leur état final."""

    en_attente: int
    # Dû depuis, parmi ceux que rien ne retient et que personne ne prend.
    plus_ancien: datetime | None
    bloques: int
    incertains: int
    incertain_depuis: datetime | None


def attente(instance: Instance, *, maintenant: datetime) -> Attente:
    file = (
        Envoi.objects.systeme().filter(etat=EtatEnvoi.A_ENVOYER).de_creanciers_ouverts()
    ).aggregate(
        en_attente=Count("pk"),
        plus_ancien=Min("pas_avant"),
        bloques=Count("pk", filter=_bloques(instance, maintenant)),
    )
    doute = (
        Envoi.objects.systeme()
        .filter(etat=EtatEnvoi.INCERTAIN)
        .aggregate(incertains=Count("pk"), incertain_depuis=Min("data_a"))
    )
    return Attente(**file, **doute)


@dataclass(frozen=True, slots=True)
class AttenteCreancier:
    creancier: Creancier
    bloques: int
    incertains: int


def attente_par_creancier(
    creanciers: Iterable[Creancier], instance: Instance, *, maintenant: datetime
) -> list[AttenteCreancier]:
    """Chez ceux-là seulement, et ceux où quelque chose attend, en une requête."""
    par_pk = {creancier.pk: creancier for creancier in creanciers}
    envois = Envoi.objects.parmi(par_pk.values())
    libres = envois.filter(etat=EtatEnvoi.A_ENVOYER).de_creanciers_ouverts()
    lignes = (
        (libres | envois.filter(etat=EtatEnvoi.INCERTAIN))
        .order_by()
        .values("creancier")
        .annotate(
            bloques=Count(
                "pk", filter=Q(etat=EtatEnvoi.A_ENVOYER) & _bloques(instance, maintenant)
            ),
            incertains=Count("pk", filter=Q(etat=EtatEnvoi.INCERTAIN)),
        )
    )
    return [
        AttenteCreancier(par_pk[ligne["creancier"]], ligne["bloques"], ligne["incertains"])
        for ligne in lignes
        if ligne["bloques"] or ligne["incertains"]
    ]


def _bloques(instance: Instance, maintenant: datetime) -> Q:
    """Dus et toujours là ; quand tout est retenu, dès qu'ils sont dus.

    Le dernier essayé est remis à quelques minutes : il attend comme les autres.
    """
    if ce_qui_retient(instance):
        return Q(pas_avant__lte=maintenant + ATTENTE_INJOIGNABLE)
    return Q(pas_avant__lte=maintenant - RETARD_INQUIETANT)
