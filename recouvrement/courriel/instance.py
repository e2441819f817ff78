"""L'instance et ses envois : les geler, les rendre. Rien d'autre n'écrit son gel."""

from datetime import datetime

from django.db import transaction

from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Instance
from recouvrement.journal.actions import inscrire


def lire_instance() -> Instance:
    """La ligne unique ; elle naît à la première lecture."""
    return Instance.objects.get_or_create(pk=1)[0]


@transaction.atomic
def geler(motif: str, *, maintenant: datetime, acteur: Utilisateur | None) -> Instance:
    """Plus rien ne part de cette instance, pour aucun créancier, avant qu'une personne le rende."""
    instance = _verrouiller()
    if instance.gelee_le is None:
        instance.gelee_le, instance.motif_gel = maintenant, motif[:250]
        instance.save(update_fields=["gelee_le", "motif_gel"])
        inscrire(Evenement.INSTANCE_GELEE, cible=instance, acteur=acteur, motif=motif)
    return instance


@transaction.atomic
def degeler(*, acteur: Utilisateur | None) -> Instance:
    instance = _verrouiller()
    if instance.gelee_le is not None:
        instance.gelee_le, instance.motif_gel = None, ""
        instance.save(update_fields=["gelee_le", "motif_gel"])
        inscrire(Evenement.INSTANCE_DEGELEE, cible=instance, acteur=acteur)
    return instance


def _verrouiller() -> Instance:
    lire_instance()
    Instance.objects.select_for_update(of=("self",)).get(pk=1)
    return Instance.objects.get(pk=1)
