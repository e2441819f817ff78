from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.equipe.actions.administrateurs import verrouiller_les_administrateurs
from recouvrement.equipe.actions.avis import prevenir
from recouvrement.equipe.actions.effets import annuler_les_demandes
from recouvrement.equipe.erreurs import CompteDesactive, CompteExistant, DernierAdministrateur
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.lectures.membres import administrateurs, gestionnaires_autour
from recouvrement.equipe.regles import exiger_le_meme_monde
from recouvrement.journal.actions import inscrire


@transaction.atomic
def creer_compte(
    *,
    email: str,
    nom: str,
    mot_de_passe: str,
    est_administrateur: bool = False,
    est_demonstration: bool = False,
    acteur: Utilisateur | None,
) -> Utilisateur:
    try:
        with transaction.atomic():
            compte = Utilisateur.objects.create_user(
                email,
                mot_de_passe,
                nom_complet=nom,
                est_administrateur=est_administrateur,
                est_demonstration=est_demonstration,
            )
    except IntegrityError as erreur:
        raise CompteExistant("Un compte existe déjà pour cette adresse.") from erreur
    inscrire(
        Evenement.COMPTE_CREE,
        cible=compte,
        acteur=acteur,
        courriel=compte.email,
        est_administrateur=est_administrateur,
    )
    return compte


@transaction.atomic
def modifier_compte(compte: Utilisateur, *, nom: str, acteur: Utilisateur) -> Utilisateur:
    compte = _relire(compte)
    avant = compte.nom_complet
    if avant != nom:
        compte.nom_complet = nom
        compte.save(update_fields=["nom_complet"])
        inscrire(
            Evenement.COMPTE_MODIFIE,
            cible=compte,
            acteur=acteur,
            changes={"nom_complet": [avant, nom]},
        )
    return compte


@transaction.atomic
def desactiver_compte(
    compte: Utilisateur, *, acteur: Utilisateur, maintenant: datetime
) -> Utilisateur:
    """Plus aucune connexion, et ses sessions ouvertes meurent aussitôt. Son passé reste."""
    # Ses créanciers d'abord, comme tout ce qui décide d'une demande : nul n'attend l'autre en rond.
    siens = Creancier.objects.filter(habilitations__utilisateur=compte).order_by("pk")
    list(siens.select_for_update(of=("self",)).values_list("pk", flat=True))
    compte = verrouiller_les_administrateurs(compte)
    exiger_le_meme_monde(acteur, chez_la_demonstration=compte.est_demonstration)
    if not compte.is_active:
        return compte
    if compte.est_administrateur and not administrateurs().exclude(pk=compte.pk).exists():
        raise DernierAdministrateur
    compte.is_active, compte.desactive_le = False, maintenant
    compte.save(update_fields=["is_active", "desactive_le"])
    for session in UserSession.objects.filter(user=compte):
        session.end()
    annuler_les_demandes(compte, acteur=acteur)
    inscrire(Evenement.COMPTE_DESACTIVE, cible=compte, acteur=acteur, courriel=compte.email)
    _annoncer(compte, "desactive", acteur=acteur, maintenant=maintenant)
    return compte


@transaction.atomic
def reactiver_compte(
    compte: Utilisateur, *, acteur: Utilisateur, maintenant: datetime
) -> Utilisateur:
    compte = _relire(compte)
    exiger_le_meme_monde(acteur, chez_la_demonstration=compte.est_demonstration)
    if not compte.is_active:
        compte.is_active, compte.desactive_le = True, None
        compte.save(update_fields=["is_active", "desactive_le"])
        inscrire(Evenement.COMPTE_REACTIVE, cible=compte, acteur=acteur, courriel=compte.email)
        _annoncer(compte, "reactive", acteur=acteur, maintenant=maintenant)
    return compte


@transaction.atomic
def fermer_sessions(
    compte: Utilisateur, *, sessions: Iterable[UserSession], acteur: Utilisateur
) -> int:
    nombre = 0
    for session in sessions:
        if session.user_id == compte.pk:
            session.end()
            nombre += 1
    if nombre:
        inscrire(Evenement.SESSIONS_FERMEES, cible=compte, acteur=acteur, nombre=nombre)
    return nombre


@transaction.atomic
def constater(compte: Utilisateur, *, evenement: Evenement, detail: str = "") -> None:
    """Ce que la personne vient de faire à sa propre porte, par les pages du compte."""
    faits: dict[str, Any] = {"detail": detail} if detail else {}
    inscrire(evenement, cible=compte, acteur=compte, **faits)


@transaction.atomic
def donner_un_lien(compte: Utilisateur, *, acteur: Utilisateur, maintenant: datetime) -> str:
    """L'adresse où choisir un nouveau mot de passe, pour qui ne reçoit pas les courriels.

    La double authentification, s'il y en a une, sera toujours demandée.
    """
    compte = _relire(compte)
    exiger_le_meme_monde(acteur, chez_la_demonstration=compte.est_demonstration)
    if not compte.is_active:
        raise CompteDesactive
    inscrire(Evenement.LIEN_DONNE, cible=compte, acteur=acteur, courriel=compte.email)
    _annoncer(compte, "lien", acteur=acteur, maintenant=maintenant)
    chemin = reverse(
        "account_reset_password_from_key",
        args=[user_pk_to_url_str(compte), default_token_generator.make_token(compte)],
    )
    return f"{settings.SITE_URL}{chemin}"


@transaction.atomic
def montrer_le_message(envoi: Envoi, *, acteur: Utilisateur) -> None:
    """Ouvrir le lien d'un autre laisse une trace : c'est pouvoir entrer à sa place."""
    vrais = Utilisateur.objects.filter(email=envoi.destinataire, est_demonstration=False)
    seule = not Creancier.objects.filter(est_demonstration=False).exists() and not vrais.exists()
    exiger_le_meme_monde(acteur, chez_la_demonstration=seule)
    inscrire(Evenement.LIEN_MONTRE, cible=envoi, acteur=acteur, destinataire=envoi.destinataire)


def _annoncer(compte: Utilisateur, fait: str, *, acteur: Utilisateur, maintenant: datetime) -> None:
    """La personne et ceux qui l'entourent apprennent ce qu'un administrateur en a fait."""
    prevenir(
        [compte, *administrateurs(), *gestionnaires_autour(compte)],
        cle=f"compte:{compte.pk}:{fait}:{maintenant.timestamp():.6f}",
        sujet=f"Recouvrement : {SUJETS[fait]} {compte}",
        gabarit="equipe/courriels/compte.txt",
        contexte={"compte": compte, "fait": fait, "acteur": acteur, "le": maintenant},
        maintenant=maintenant,
    )


SUJETS = {
    "desactive": "compte désactivé pour",
    "reactive": "compte réactivé pour",
    "lien": "lien de mot de passe donné pour",
}


def _relire(compte: Utilisateur) -> Utilisateur:
    Utilisateur.objects.select_for_update(of=("self",)).get(pk=compte.pk)
    return Utilisateur.objects.get(pk=compte.pk)
