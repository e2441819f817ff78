from datetime import datetime

from django.db import IntegrityError, transaction

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.equipe.actions.changements import demander
from recouvrement.equipe.actions.creanciers import verrouiller
from recouvrement.equipe.actions.effets import envoyer_l_invitation
from recouvrement.equipe.enums import SujetChangement
from recouvrement.equipe.erreurs import CompteExistant, CreancierArchive, InvitationClose
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.models import Invitation
from recouvrement.equipe.regles import exiger_le_meme_monde
from recouvrement.journal.actions import inscrire


@transaction.atomic
def inviter(
    creancier: Creancier, *, courriel: str, role: Role, acteur: Utilisateur, maintenant: datetime
) -> tuple[Invitation | None, str]:
    """Dépose le message ; rend aussi l'adresse à transmettre, qui ne se retrouvera plus.

    Inviter un gestionnaire se demande : s'il y en a un second, rien n'est encore envoyé.
    """
    creancier = verrouiller(creancier)
    if creancier.archive_le is not None:
        raise CreancierArchive
    courriel = courriel.lower()
    exiger_le_meme_monde(acteur, chez_la_demonstration=creancier.est_demonstration)
    exiger_le_meme_monde(
        Utilisateur.objects.filter(email=courriel).first(),
        chez_la_demonstration=creancier.est_demonstration,
    )
    if role != Role.GESTIONNAIRE:
        return envoyer_l_invitation(
            creancier, courriel=courriel, role=role, acteur=acteur, maintenant=maintenant
        )
    changement = demander(
        creancier,
        sujet=SujetChangement.INVITATION,
        objet=courriel,
        concerne=courriel,
        apres={"role": str(role)},
        acteur=acteur,
        maintenant=maintenant,
    )
    invitations = Invitation.objects.pour(creancier).en_cours(maintenant=maintenant)
    invitation = invitations.filter(courriel=courriel).first()
    return (invitation if changement.adresse else None), changement.adresse


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
