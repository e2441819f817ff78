import hashlib
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.equipe.erreurs import CodePris
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.regles import CHAMPS_SENSIBLES, exiger_le_meme_monde
from recouvrement.equipe.signals import creancier_cree
from recouvrement.journal.actions import inscrire

TEINTES = 4


@transaction.atomic
def creer_creancier(*, acteur: Utilisateur, **champs: Any) -> Creancier:
    """Crée le créancier ; qui le crée en devient gestionnaire."""
    exiger_le_meme_monde(acteur, chez_la_demonstration=champs.get("est_demonstration", False))
    champs.setdefault("teinte", Creancier.objects.count() % TEINTES + 1)
    try:
        with transaction.atomic():
            creancier = Creancier.objects.create(**champs)
    except IntegrityError as erreur:
        if Creancier.objects.filter(code=champs.get("code")).exists():
            raise CodePris from erreur
        raise
    Habilitation.objects.create(utilisateur=acteur, creancier=creancier, role=Role.GESTIONNAIRE)
    inscrire(
        Evenement.CREANCIER_CREE,
        cible=creancier,
        acteur=acteur,
        code=creancier.code,
        nom=creancier.nom,
    )
    creancier_cree.send(sender=Creancier, creancier=creancier, acteur=acteur)
    return creancier


@transaction.atomic
def modifier_creancier(creancier: Creancier, *, acteur: Utilisateur, **champs: Any) -> Creancier:
    """Les champs ordinaires ; ceux qui touchent à l'argent ou à la voix passent par `demander`."""
    if sensibles := CHAMPS_SENSIBLES.intersection(champs):
        raise ValueError(f"À demander, non à écrire : {', '.join(sorted(sensibles))}.")
    return ecrire_les_champs(creancier, acteur=acteur, **champs)


@transaction.atomic
def ecrire_les_champs(creancier: Creancier, *, acteur: Utilisateur, **champs: Any) -> Creancier:
    creancier = verrouiller(creancier)
    changes = {}
    for nom, valeur in champs.items():
        avant = _comparable(getattr(creancier, nom))
        if avant != _comparable(valeur):
            changes[nom] = [_pour_le_journal(avant), _pour_le_journal(valeur)]
            setattr(creancier, nom, valeur)
    if changes:
        creancier.save(update_fields=list(changes))
        inscrire(Evenement.CREANCIER_MODIFIE, cible=creancier, acteur=acteur, changes=changes)
    return creancier


@transaction.atomic
def confirmer_reglements(creancier: Creancier, *, au: date, acteur: Utilisateur) -> Creancier:
    """Une personne atteste que tous les règlements reçus jusqu'à ce jour sont saisis."""
    creancier = verrouiller(creancier)
    avant, creancier.reglements_connus_au = creancier.reglements_connus_au, au
    creancier.save(update_fields=["reglements_connus_au"])
    inscrire(Evenement.REGLEMENTS_CONFIRMES, cible=creancier, acteur=acteur, avant=avant, au=au)
    return creancier


def verrouiller(creancier: Creancier) -> Creancier:
    Creancier.objects.select_for_update(of=("self",)).get(pk=creancier.pk)
    return Creancier.objects.get(pk=creancier.pk)


def _comparable(valeur: Any) -> Any:
    # PostgreSQL rend les octets en memoryview.
    return bytes(valeur) if isinstance(valeur, memoryview) else valeur


def _pour_le_journal(valeur: Any) -> Any:
    """Une image s'y désigne par son empreinte ; une heure, comme on la lit."""
    if isinstance(valeur, bytes):
        return f"sha256:{hashlib.sha256(valeur).hexdigest()[:16]}"
    return f"{valeur:%H:%M}" if hasattr(valeur, "hour") else valeur
