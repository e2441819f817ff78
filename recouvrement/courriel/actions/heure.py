"""L'heure des battements, des baux et des départs : celle de la base, quand elle en a une.

Une horloge qui saute ferait partir des relances un autre jour, ou croire mort un ouvrier vivant :
chaque battement compare le temps passé à celui qu'a compté la machine depuis son démarrage.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel import sql
from recouvrement.courriel.actions.instance import verrouiller
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Instance
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats

SAUT = timedelta(hours=1)
# Après un long silence et un redémarrage, l'heure se tient pour sûre si elle a avancé comme le
# compteur de la machine tout ce temps-là : NTP aura eu le temps de la corriger.
CONFIRMATION = timedelta(minutes=10)
DERIVE = timedelta(minutes=5)
RELECTURE = 1.0
# Le temps compté par le noyau, veille comprise ; ailleurs que sous Linux, sans elle.
COMPTEUR = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
DEMARRAGE = Path("/proc/sys/kernel/random/boot_id")


def heure_de_la_base() -> datetime:
    """PostgreSQL a la sienne, la même pour tous les processus ; SQLite n'a que celle du poste."""
    if connection.vendor != "postgresql":
        return timezone.now()
    return sql.heure_du_serveur()


class HorlogeDeLaBase:
    """L'heure de la base, relue chaque seconde ; entre deux, le compteur du noyau la prolonge.

    Un processus figé s'éveille avec un compteur qui a couru : il relit l'heure aussitôt.
    """

    def __init__(self) -> None:
        self._lue: datetime | None = None
        self._a = 0.0

    def __call__(self) -> datetime:
        if connection.vendor != "postgresql":
            return timezone.now()
        ecoule = time.clock_gettime(COMPTEUR) - self._a
        if self._lue is None or ecoule > RELECTURE:
            self._a = time.clock_gettime(COMPTEUR)
            self._lue = heure_de_la_base()
            return self._lue
        return self._lue + timedelta(seconds=ecoule)


@dataclass(frozen=True, slots=True)
class Repere:
    """Une heure, et ce que comptait la machine au même instant."""

    heure: datetime
    demarrage: str
    ecoule: float

    def en_json(self) -> list[Any]:
        return [self.heure.isoformat(), self.demarrage, self.ecoule]

    @classmethod
    def de_json(cls, valeurs: list[Any] | None) -> "Repere | None":
        if not valeurs:
            return None
        return cls(datetime.fromisoformat(valeurs[0]), valeurs[1], valeurs[2])


@dataclass(frozen=True, slots=True)
class Doute:
    """`se_confirme` : le temps qui passe régulièrement suffit à le lever."""

    motif: str
    se_confirme: bool = False


def relever() -> tuple[Repere, datetime]:
    """Le repère de cet instant, et l'heure de ce poste."""
    demarrage = DEMARRAGE.read_text().strip() if DEMARRAGE.exists() else ""
    ecoule = time.clock_gettime(COMPTEUR)
    return Repere(heure_de_la_base(), demarrage[:40], ecoule), timezone.now()


def douter(avant: Repere | None, ici: Repere, *, poste: datetime) -> Doute | None:
    """Ce que l'heure lue a d'impossible, au regard de la précédente."""
    if abs(ici.heure - poste) > SAUT:
        return Doute(
            f"La base est à {_dire(ici.heure)} et ce poste à {_dire(poste)} : "
            "l'une des deux horloges est fausse."
        )
    if avant is None:
        return None
    passe = ici.heure - avant.heure
    if ici.demarrage and ici.demarrage == avant.demarrage:
        saut = passe - timedelta(seconds=ici.ecoule - avant.ecoule)
        if abs(saut) > SAUT:
            sens = "avancé" if saut > timedelta(0) else "reculé"
            return Doute(f"L'horloge a {sens} de {_duree(saut)} depuis {_dire(avant.heure)}.")
        return None
    if passe < -SAUT:
        return Doute(f"L'horloge est revenue de {_duree(passe)} en arrière, à {_dire(ici.heure)}.")
    if passe > SAUT:
        return Doute(
            f"Aucun battement depuis {_dire(avant.heure)}, et la machine a redémarré : "
            "l'heure se confirme.",
            se_confirme=True,
        )
    return None


def controler(ici: Repere, *, poste: datetime) -> str:
    """Pourquoi rien ne doit partir à cette heure-ci ; vide : elle est sûre.

    Le repère sûr ne bouge pas tant que dure le doute : l'horloge revenue à sa place le lève.
    """
    with transaction.atomic():
        instance = verrouiller()
        doute = douter(Repere.de_json(instance.reperes.get("sur")), ici, poste=poste)
        if doute is not None and doute.se_confirme:
            depuis = Repere.de_json(instance.reperes.get("doute"))
            if depuis is None or not _reguliere(depuis, ici):
                instance.reperes["doute"] = ici.en_json()
            elif ici.heure - depuis.heure >= CONFIRMATION:
                doute = None
        if doute is None:
            _tenir_pour_sure(instance, ici, acteur=None)
            return ""
        if instance.motif_heure != doute.motif:
            if instance.heure_douteuse_le is None:
                instance.heure_douteuse_le = ici.heure
                inscrire(Evenement.HEURE_DOUTEUSE, cible=instance, acteur=None, motif=doute.motif)
            instance.motif_heure = doute.motif[:250]
        instance.save(update_fields=["reperes", "heure_douteuse_le", "motif_heure"])
        return doute.motif


@transaction.atomic
def confirmer_l_heure(ici: Repere, *, acteur: Utilisateur | None) -> Instance:
    """Une personne a regardé l'horloge : c'est bien l'heure qu'il est."""
    instance = verrouiller()
    _tenir_pour_sure(instance, ici, acteur=acteur)
    return instance


def _tenir_pour_sure(instance: Instance, ici: Repere, *, acteur: Utilisateur | None) -> None:
    instance.reperes = {"sur": ici.en_json()}
    if instance.heure_douteuse_le is not None:
        instance.heure_douteuse_le, instance.motif_heure = None, ""
        inscrire(Evenement.HEURE_SURE, cible=instance, acteur=acteur, heure=ici.heure)
    instance.save(update_fields=["reperes", "heure_douteuse_le", "motif_heure"])


def _reguliere(depuis: Repere, ici: Repere) -> bool:
    ecoule = timedelta(seconds=ici.ecoule - depuis.ecoule)
    return depuis.demarrage == ici.demarrage and abs(ici.heure - depuis.heure - ecoule) <= DERIVE


def _dire(instant: datetime) -> str:
    return f"{formats.heure(instant)} le {formats.jour(instant)}"


def _duree(ecart: timedelta) -> str:
    heures = round(abs(ecart).total_seconds() / 3600)
    return f"{heures} h" if heures < 48 else f"{heures // 24} jours"
