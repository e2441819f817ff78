"""L'instance et ses envois : les geler, les rendre, et ce que chacun constate en passant."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce

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
    instance = verrouiller()
    if instance.gelee_le is None:
        instance.gelee_le, instance.motif_gel = maintenant, motif[:250]
        instance.save(update_fields=["gelee_le", "motif_gel"])
        inscrire(Evenement.INSTANCE_GELEE, cible=instance, acteur=acteur, motif=motif)
    return instance


@transaction.atomic
def degeler(*, acteur: Utilisateur | None) -> Instance:
    """Cette base est désormais celle de ce lieu : son identité et son carnet s'adoptent.

    Ce que le carnet sait parti et que la base croit à envoyer deviendra incertain, avant tout
    départ : au prochain envoi, par `controle.carnet_pret`.
    """
    instance = verrouiller()
    if instance.gelee_le is not None:
        instance.gelee_le, instance.motif_gel = None, ""
        instance.identite, instance.carnet_a_adopter = settings.INSTANCE, True
        instance.save(update_fields=["gelee_le", "motif_gel", "identite", "carnet_a_adopter"])
        inscrire(Evenement.INSTANCE_DEGELEE, cible=instance, acteur=acteur)
    return instance


def noter_sonnerie(maintenant: datetime) -> None:
    """L'horloge a sonné : elle vit, que le travailleur l'entende ou non."""
    _noter(sonnee_le=maintenant)


def noter_battement(maintenant: datetime, *, echec: str = "") -> None:
    """Le battement est allé à son terme ; `echec` : ce qui, en lui, n'a pas pu se faire."""
    _noter(battue_le=maintenant, echec_le=maintenant if echec else None, echec=echec[:500])


def noter_battement_manque(maintenant: datetime, *, echec: str) -> None:
    """Rien, ou presque, n'a pu se faire : `battue_le` ne bouge pas."""
    _noter(echec_le=maintenant, echec=echec[:500])


def noter_joint(maintenant: datetime) -> None:
    _noter(joint_le=maintenant, injoignable_le=None, injoignable="")


def noter_injoignable(motif: str, *, maintenant: datetime) -> None:
    """Le premier échec dit depuis quand ; les suivants, seulement la dernière réponse."""
    _noter(
        injoignable_le=Coalesce("injoignable_le", Value(maintenant, output_field=DateTimeField())),
        injoignable=motif[:500],
    )


def _noter(**champs: object) -> None:
    if not Instance.objects.filter(pk=1).update(**champs):
        lire_instance()
        Instance.objects.filter(pk=1).update(**champs)


def verrouiller() -> Instance:
    lire_instance()
    Instance.objects.select_for_update(of=("self",)).get(pk=1)
    return Instance.objects.get(pk=1)
