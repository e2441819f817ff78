"""Couper les envois quand le serveur ne veut plus de nous, avant qu'il n'use tous les messages.

Le compte est en base : tous les ouvriers le partagent. Coupé, rien n'est tenté ; une personne
rétablit, ou un essai (connexion, identification) qui réussit.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.instance import verrouiller
from recouvrement.courriel.models import Instance
from recouvrement.courriel.transport import Injoignable, Transport
from recouvrement.journal.actions import inscrire

SEUIL = 5
ATTENTE_AVANT_ESSAI = timedelta(minutes=15)


@transaction.atomic
def noter_refus(motif: str, *, maintenant: datetime, destinataire: str = "") -> bool:
    """Compte ce refus ; vrai si c'est celui de trop. Sans destinataire : la connexion même."""
    instance = verrouiller()
    if instance.disjoncte_le is not None:
        return True
    if destinataire:
        vu = hashlib.sha256(destinataire.encode()).hexdigest()[:16]
        if vu in instance.refus_vus:
            return False
        instance.refus_vus = [*instance.refus_vus, vu][-SEUIL:]
    instance.refus_de_suite += 1
    if instance.refus_de_suite >= SEUIL:
        instance.disjoncte_le = instance.eprouve_le = maintenant
        instance.motif_disjonction = motif[:500]
        inscrire(
            Evenement.ENVOIS_COUPES,
            cible=instance,
            acteur=None,
            motif=motif,
            refus=instance.refus_de_suite,
        )
    instance.save(
        update_fields=[
            *("refus_de_suite", "refus_vus", "disjoncte_le", "motif_disjonction", "eprouve_le"),
        ]
    )
    return instance.disjoncte_le is not None


def noter_succes() -> None:
    """Le serveur a accepté un message : ses refus ne sont plus « à la suite »."""
    Instance.objects.filter(pk=1, refus_de_suite__gt=0, disjoncte_le=None).update(
        refus_de_suite=0, refus_vus=[]
    )


@transaction.atomic
def retablir(
    *, acteur: Utilisateur | None, par_une_personne: bool = True, motif: str = ""
) -> Instance:
    """Les envois reprennent ; rétablis par un essai, le premier refus les coupe de nouveau."""
    instance = verrouiller()
    if instance.disjoncte_le is None:
        return instance
    instance.disjoncte_le, instance.motif_disjonction = None, ""
    instance.refus_de_suite = 0 if par_une_personne else SEUIL - 1
    instance.refus_vus = []
    instance.save(
        update_fields=["disjoncte_le", "motif_disjonction", "refus_de_suite", "refus_vus"]
    )
    inscrire(Evenement.ENVOIS_RETABLIS, cible=instance, acteur=acteur, motif=motif)
    return instance


def eprouver(transport: Transport, *, maintenant: datetime) -> bool:
    """Coupé depuis assez longtemps, un seul ouvrier essaie la connexion ; vrai s'il rétablit."""
    a_essayer = Instance.objects.filter(
        Q(eprouve_le=None) | Q(eprouve_le__lte=maintenant - ATTENTE_AVANT_ESSAI),
        pk=1,
        disjoncte_le__isnull=False,
        gelee_le=None,
    )
    if not a_essayer.update(eprouve_le=maintenant):
        return False
    try:
        transport.eprouver()
    except Injoignable:
        return False
    retablir(acteur=None, par_une_personne=False, motif="L'essai de connexion a réussi.")
    return True
