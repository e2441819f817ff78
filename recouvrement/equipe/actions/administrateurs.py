"""Qui administre l'instance : nommé et retiré à l'écran, jamais le dernier."""

from datetime import datetime

from django.db import transaction

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.actions.avis import prevenir
from recouvrement.equipe.erreurs import CompteDesactive, DernierAdministrateur
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.lectures.membres import administrateurs
from recouvrement.journal.actions import inscrire


@transaction.atomic
def nommer_administrateur(
    compte: Utilisateur, *, acteur: Utilisateur, maintenant: datetime
) -> Utilisateur:
    compte = verrouiller_les_administrateurs(compte)
    if not compte.is_active:
        raise CompteDesactive
    if compte.est_administrateur:
        return compte
    return _poser_le_pouvoir(compte, True, acteur=acteur, maintenant=maintenant)


@transaction.atomic
def retirer_administrateur(
    compte: Utilisateur, *, acteur: Utilisateur, maintenant: datetime
) -> Utilisateur:
    compte = verrouiller_les_administrateurs(compte)
    if not compte.est_administrateur:
        return compte
    if not administrateurs().exclude(pk=compte.pk).exists():
        raise DernierAdministrateur
    return _poser_le_pouvoir(compte, False, acteur=acteur, maintenant=maintenant)


def verrouiller_les_administrateurs(compte: Utilisateur) -> Utilisateur:
    """Tous les administrateurs sont le verrou : il en reste toujours un."""
    list(Utilisateur.objects.select_for_update().filter(est_administrateur=True).order_by("pk"))
    Utilisateur.objects.select_for_update(of=("self",)).get(pk=compte.pk)
    return Utilisateur.objects.get(pk=compte.pk)


def _poser_le_pouvoir(
    compte: Utilisateur, nomme: bool, *, acteur: Utilisateur, maintenant: datetime
) -> Utilisateur:
    prevenus = [*administrateurs(), compte]
    compte.est_administrateur = nomme
    compte.save(update_fields=["est_administrateur"])
    inscrire(
        Evenement.ADMINISTRATEUR_NOMME if nomme else Evenement.ADMINISTRATEUR_RETIRE,
        cible=compte,
        acteur=acteur,
        courriel=compte.email,
    )
    prevenir(
        prevenus,
        cle=f"administrateur:{compte.pk}:{maintenant.timestamp():.6f}",
        sujet=f"Recouvrement : {compte} {'devient' if nomme else 'n’est plus'} administrateur",
        gabarit="equipe/courriels/administrateur.txt",
        contexte={"compte": compte, "nomme": nomme, "acteur": acteur, "le": maintenant},
        maintenant=maintenant,
    )
    return compte
