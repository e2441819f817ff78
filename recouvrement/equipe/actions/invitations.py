import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.courriel.actions import deposer
from recouvrement.courriel.enums import NatureEnvoi
from recouvrement.equipe.actions.creanciers import verrouiller
from recouvrement.equipe.erreurs import CompteExistant, DejaMembre, InvitationClose
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.models import Invitation, empreinte
from recouvrement.equipe.regles import exiger_le_meme_monde
from recouvrement.journal.actions import inscrire

DUREE = timedelta(hours=72)


@transaction.atomic
def inviter(
    creancier: Creancier, *, courriel: str, role: Role, acteur: Utilisateur, maintenant: datetime
) -> tuple[Invitation, str]:
    """Dépose le message ; rend aussi l'adresse à transmettre, qui ne se retrouvera plus.

    Une invitation plus ancienne pour la même adresse cesse de valoir.
    """
    creancier = verrouiller(creancier)
    courriel = courriel.lower()
    exiger_le_meme_monde(acteur, chez_la_demonstration=creancier.est_demonstration)
    exiger_le_meme_monde(
        Utilisateur.objects.filter(email=courriel).first(),
        chez_la_demonstration=creancier.est_demonstration,
    )
    if Habilitation.objects.filter(creancier=creancier, utilisateur__email=courriel).exists():
        raise DejaMembre
    en_cours = Invitation.objects.pour(creancier).filter(
        courriel=courriel, acceptee_le=None, revoquee_le=None
    )
    en_cours.update(revoquee_le=maintenant)
    jeton = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        creancier=creancier,
        courriel=courriel,
        role=role,
        empreinte_jeton=empreinte(jeton),
        invite_par=acteur,
        invite_le=maintenant,
        expire_le=maintenant + DUREE,
    )
    adresse = f"{settings.SITE_URL}{reverse('equipe:invitation', args=[jeton])}"
    _deposer(invitation, adresse=adresse, maintenant=maintenant)
    inscrire(
        Evenement.INVITATION_ENVOYEE,
        cible=invitation,
        acteur=acteur,
        courriel=courriel,
        role=str(role),
    )
    return invitation, adresse


@transaction.atomic
def revoquer_invitation(
    invitation: Invitation, *, acteur: Utilisateur, maintenant: datetime
) -> None:
    invitation = _relire(invitation)
    if invitation.acceptee_le is None and invitation.revoquee_le is None:
        invitation.revoquee_le = maintenant
        invitation.save(update_fields=["revoquee_le"])
        inscrire(
            Evenement.INVITATION_REVOQUEE,
            cible=invitation,
            acteur=acteur,
            courriel=invitation.courriel,
        )


@transaction.atomic
def accepter(
    invitation: Invitation, *, utilisateur: Utilisateur, maintenant: datetime
) -> Habilitation:
    """Donne l'accès à la personne invitée, et à elle seule ; le jeton ne sert plus."""
    invitation = _relire(invitation)
    if not invitation.est_ouverte(maintenant=maintenant):
        raise InvitationClose
    exiger_le_meme_monde(utilisateur, chez_la_demonstration=invitation.creancier.est_demonstration)
    if utilisateur.email != invitation.courriel:
        raise InvitationClose("Cette invitation est pour une autre adresse.")
    habilitation, _ = Habilitation.objects.get_or_create(
        utilisateur=utilisateur,
        creancier_id=invitation.creancier_id,
        defaults={"role": invitation.role},
    )
    invitation.acceptee_le, invitation.acceptee_par = maintenant, utilisateur
    invitation.save(update_fields=["acceptee_le", "acceptee_par"])
    inscrire(
        Evenement.INVITATION_ACCEPTEE,
        cible=invitation,
        acteur=utilisateur,
        courriel=invitation.courriel,
        role=habilitation.role,
    )
    return habilitation


@transaction.atomic
def creer_compte_invite(
    invitation: Invitation, *, nom: str, mot_de_passe: str, maintenant: datetime
) -> Utilisateur:
    """La première fois : le compte et l'accès naissent ensemble."""
    try:
        with transaction.atomic():
            utilisateur = Utilisateur.objects.create_user(
                invitation.courriel, mot_de_passe, nom_complet=nom
            )
    except IntegrityError as erreur:
        raise CompteExistant from erreur
    inscrire(
        Evenement.COMPTE_CREE, cible=utilisateur, acteur=utilisateur, courriel=utilisateur.email
    )
    accepter(invitation, utilisateur=utilisateur, maintenant=maintenant)
    return utilisateur


def _relire(invitation: Invitation) -> Invitation:
    invitations = Invitation.objects.filter(creancier=invitation.creancier_id)
    invitations.select_for_update(of=("self",)).get(pk=invitation.pk)
    return invitations.get(pk=invitation.pk)


def _deposer(invitation: Invitation, *, adresse: str, maintenant: datetime) -> None:
    sujet = f"Votre accès à {invitation.creancier.nom}"
    corps = render_to_string(
        "equipe/courriels/invitation.txt",
        {
            "invitation": invitation,
            "creancier": invitation.creancier,
            "role": Role(invitation.role).label.lower(),
            "adresse": adresse,
        },
    )
    message = EmailMessage(
        sujet,
        corps,
        settings.DEFAULT_FROM_EMAIL,
        [invitation.courriel],
        headers={"Auto-Submitted": "auto-generated"},
    )
    deposer(
        creancier=invitation.creancier,
        nature=NatureEnvoi.INVITATION,
        cle=f"invitation:{invitation.pk}",
        destinataire=invitation.courriel,
        expediteur=settings.DEFAULT_FROM_EMAIL,
        sujet=sujet,
        message=message,
        maintenant=maintenant,
    )
