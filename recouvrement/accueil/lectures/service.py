"""Ce qui retient les messages, dit à qui les attend : ni serveur, ni file, ni processus."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.enums import Retenue
from recouvrement.courriel.lectures import (
    AttenteCreancier,
    attente_par_creancier,
    ce_qui_retient,
    coupee_depuis,
    s_est_tu,
)
from recouvrement.courriel.models import Instance
from recouvrement.socle.formats import moment, pluriel

# Prévenu, il l'est par courriel, qui peut être la panne même : on ne le promet pas.
SIGNALER = "Rien n'est perdu. Signalez-le à l'administrateur de l'installation."


@dataclass(frozen=True, slots=True)
class Avis:
    titre: str
    texte: str
    ton: str = "demeure"
    icone: str = "alerte"
    lien: str = ""
    action: str = ""


def avis_sur_les_envois(creanciers: Collection[Creancier], *, maintenant: datetime) -> list[Avis]:
    """Pour ceux qui agissent chez ces créanciers, en deux requêtes ; aucun : rien à lire."""
    if not creanciers:
        return []
    instance = lire_instance()
    attentes = attente_par_creancier(creanciers, instance, maintenant=maintenant)
    avis = [
        _arret(instance, attentes, maintenant=maintenant),
        *_geles(creanciers),
        _doute(attentes),
    ]
    return [un for un in avis if un is not None]


def _arret(
    instance: Instance, attentes: list[AttenteCreancier], *, maintenant: datetime
) -> Avis | None:
    """La cause la plus haute seulement : les autres en découlent."""
    attendent = _combien(attentes)
    cause = ce_qui_retient(instance)
    if cause == Retenue.GEL:
        return Avis(
            f"Aucun message ne part depuis le {moment(instance.gelee_le)}.",
            f"Les envois sont gelés le temps d'une vérification. {attendent}"
            "L'administrateur de l'installation peut les rendre.",
            icone="pause",
        )
    if cause == Retenue.HEURE:
        return Avis(
            f"Aucun message ne part depuis le {moment(instance.heure_douteuse_le)}.",
            "L'heure de l'installation est douteuse : rien ne part tant qu'elle n'est pas sûre. "
            f"{attendent}{SIGNALER}",
            icone="pause",
        )
    if depuis := coupee_depuis(instance, maintenant=maintenant):
        return Avis(
            f"Les messages ne partent plus depuis le {moment(depuis)}.",
            f"{attendent}Ils partiront dès que l'envoi sera rétabli. {SIGNALER}",
        )
    if s_est_tu(instance.battue_le, instance, maintenant=maintenant):
        quand = instance.battue_le or instance.nee_le
        return Avis(
            f"Plus rien ne se fait de soi-même depuis le {moment(quand)}.",
            f"Ni relance prévue, ni message envoyé. Ce que vous saisissez est bien gardé. "
            f"{attendent}{SIGNALER}",
        )
    if any(attente.bloques for attente in attentes):
        return Avis("Des messages auraient dû partir.", f"{attendent}{SIGNALER}", ton="echu")
    return None


def _geles(creanciers: Collection[Creancier]) -> list[Avis]:
    noms = [creancier.nom for creancier in creanciers if creancier.envois_geles]
    if not noms:
        return []
    return [
        Avis(
            "Envois gelés.",
            f"Aucun message ne part chez {_liste(noms)}. Un gestionnaire les rend dans Paramètres.",
            ton="echu",
            icone="pause",
        )
    ]


def _doute(attentes: list[AttenteCreancier]) -> Avis | None:
    douteux = [attente for attente in attentes if attente.incertains]
    if not douteux:
        return None
    nombre = sum(attente.incertains for attente in douteux)
    chez = _liste(attente.creancier.nom for attente in douteux)
    return Avis(
        f"{pluriel(nombre, 'message peut-être arrivé,messages peut-être arrivés')}.",
        f"La ligne s'est coupée pendant l'envoi, chez {chez}. Rien n'est renvoyé tout seul : "
        "dites ce qui est arrivé.",
        ton="echu",
        icone="inconnu",
    )


def _combien(attentes: list[AttenteCreancier]) -> str:
    """« 12 messages attendent : Menuiserie (8), Transports (4). »"""
    retenus = [attente for attente in attentes if attente.bloques]
    if not retenus:
        return ""
    nombre = sum(attente.bloques for attente in retenus)
    detail = _liste(f"{a.creancier.nom} ({a.bloques})" for a in retenus)
    return f"{pluriel(nombre, 'message attend,messages attendent')} : {detail}. "


def _liste(noms: Iterable[str]) -> str:
    lus = list(noms)
    if len(lus) > 3:
        lus = [*lus[:3], f"{len(lus) - 3} autres"]
    return lus[0] if len(lus) == 1 else f"{', '.join(lus[:-1])} et {lus[-1]}"
