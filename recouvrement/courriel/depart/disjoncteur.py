"""Couper les envois quand le serveur ne veut plus de nous, avant qu'il n'use tous les messages.

Le compte est en base : tous les ouvriers le partagent. Coupé, rien n'est tenté ; une personne
rétablit, ou un essai (connexion, identification) qui réussit. Un créancier refusé seul quand
d'autres attendent ne coupe rien : c'est lui, et lui seul, qui attend.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.actions.instance import verrouiller
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Envoi, Instance
from recouvrement.courriel.transport.smtp import Injoignable, Transport
from recouvrement.journal.actions import inscrire

SEUIL = 5
ATTENTE_AVANT_ESSAI = timedelta(minutes=15)


@transaction.atomic
def noter_refus(
    motif: str,
    *,
    maintenant: datetime,
    destinataire: str = "",
    envoi: Envoi | None = None,
    d_expediteur: bool = False,
) -> bool:
    """Compte ce refus ; vrai s'il y en a trop. Sans destinataire : la connexion même.

    `envoi` : le message refusé, quand le refus peut ne tenir qu'à son créancier. Ne coupe alors
    que ce que deux créanciers ont vu, ou un seul quand nul autre n'attend ; `d_expediteur` :
    c'est son adresse que l'on refuse, et un seul ne coupe jamais.
    """
    instance = verrouiller()
    if instance.disjoncte_le is not None:
        return True
    if destinataire:
        origine = _empreinte(str(envoi.creancier_id or envoi.expediteur)) if envoi else ""
        vu = f"{_empreinte(destinataire)}:{origine}"
        if vu in instance.refus_vus:
            return False
        instance.refus_vus = [*instance.refus_vus, vu][-SEUIL:]
    instance.refus_de_suite += 1
    de_trop = instance.refus_de_suite >= SEUIL
    if de_trop and (
        envoi is None
        or len({vu.partition(":")[2] for vu in instance.refus_vus}) > 1
        or not (d_expediteur or _d_autres_attendent(envoi, maintenant=maintenant))
    ):
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
    return de_trop


def _empreinte(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()[:16]


def _d_autres_attendent(envoi: Envoi, *, maintenant: datetime) -> bool:
    dus = Envoi.objects.systeme().a_envoyer(maintenant=maintenant).pouvant_partir()
    return dus.exclude(creancier=envoi.creancier_id).exists()


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
