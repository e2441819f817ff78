"""La double authentification vue de l'administrateur : son délai, un téléphone perdu, ses clés."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Habilitation, Utilisateur
from recouvrement.comptes.regles import DELAI_DOUBLE
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.equipe.actions.administrateurs import verrouiller_les_administrateurs
from recouvrement.equipe.actions.avis import prevenir
from recouvrement.equipe.erreurs import PasPourSoi, SansDouble
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.lectures.membres import administrateurs
from recouvrement.journal.actions import inscrire
from recouvrement.socle.chiffrement import SecretIllisible, rechiffrer

SECRETS = ("secret", "seed")
LISTES = ("migrated_codes",)


@transaction.atomic
def compter_le_delai(compte: Utilisateur) -> None:
    """À la première connexion de qui gère ou administre ; ensuite la date ne bouge plus."""
    if compte.double_due_le is not None or compte.last_login is None:
        return
    gere = Habilitation.objects.filter(utilisateur=compte, role=Role.GESTIONNAIRE)
    if compte.est_administrateur or gere.exists():
        compte.double_due_le = compte.last_login + DELAI_DOUBLE
        compte.save(update_fields=["double_due_le"])


@transaction.atomic
def retirer_double(
    compte: Utilisateur, *, motif: str, acteur: Utilisateur | None, maintenant: datetime
) -> None:
    """Téléphone perdu : l'application et les codes tombent, les sessions aussi.

    Le mot de passe seul rouvre, sur une page qui n'offre que d'en activer une autre. `acteur`
    None : l'opérateur, par la commande.
    """
    compte = verrouiller_les_administrateurs(compte)
    if acteur and acteur.pk == compte.pk and administrateurs().exclude(pk=acteur.pk).exists():
        raise PasPourSoi
    retires, _ = Authenticator.objects.filter(user=compte).delete()
    if not retires:
        raise SansDouble
    compte.double_due_le = maintenant
    compte.save(update_fields=["double_due_le"])
    for session in UserSession.objects.filter(user=compte):
        session.end()
    inscrire(
        Evenement.DOUBLE_RETIREE,
        cible=compte,
        acteur=acteur,
        courriel=compte.email,
        motif=motif,
    )
    prevenir(
        [compte],
        cle=f"double:{compte.pk}:{maintenant.timestamp():.6f}",
        sujet="Recouvrement : votre double authentification est retirée",
        gabarit="equipe/courriels/double_retiree.txt",
        contexte={"acteur": acteur, "motif": motif, "le": maintenant},
        maintenant=maintenant,
    )


@transaction.atomic
def rechiffrer_les_secrets() -> tuple[int, int]:
    """Sous la première clé de CLES_CHIFFREMENT ; rend (rechiffrés, illisibles)."""
    faits = illisibles = 0
    for ligne in Authenticator.objects.select_for_update(of=("self",)).order_by("pk"):
        try:
            for nom in SECRETS:
                if nom in ligne.data:
                    ligne.data[nom] = rechiffrer(ligne.data[nom])
            for nom in LISTES:
                if nom in ligne.data:
                    ligne.data[nom] = [rechiffrer(code) for code in ligne.data[nom]]
        except SecretIllisible:
            illisibles += 1
            continue
        ligne.save(update_fields=["data"])
        faits += 1
    inscrire(
        Evenement.SECRETS_RECHIFFRES,
        cible=lire_instance(),
        acteur=None,
        faits=faits,
        illisibles=illisibles,
    )
    return faits, illisibles
