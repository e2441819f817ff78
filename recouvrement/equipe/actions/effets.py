"""Ce qu'un changement décidé fait vraiment : le seul endroit qui l'écrit."""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.courriel.enums import NatureEnvoi
from recouvrement.equipe.actions.avis import ecrire_de_la_plateforme
from recouvrement.equipe.actions.creanciers import ecrire_les_champs
from recouvrement.equipe.actions.expediteurs import demander_la_preuve
from recouvrement.equipe.enums import EtatChangement, SujetChangement
from recouvrement.equipe.erreurs import DejaMembre, DernierGestionnaire, ExpediteurRefuse
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.lectures.membres import gestionnaires_etablis
from recouvrement.equipe.models import Changement, Invitation, empreinte
from recouvrement.journal.actions import inscrire
from recouvrement.socle.temps import jour_de

DUREE_INVITATION = timedelta(hours=72)


def valeurs(
    creancier: Creancier, sujet: SujetChangement, objet: str, noms: Iterable[str]
) -> dict[str, Any]:
    """Ce qui vaut aujourd'hui sur ce point ; `creancier` vient d'être verrouillé et relu."""
    match sujet:
        case SujetChangement.ARCHIVE:
            return {"archive": creancier.archive_le is not None}
        case SujetChangement.ROLE:
            habilitation = _habilitation(creancier, objet)
            return {"role": habilitation.role if habilitation else None}
        case SujetChangement.INVITATION:
            return {"role": None}
    return {nom: getattr(creancier, nom) for nom in noms}


def verifier(
    creancier: Creancier, sujet: SujetChangement, objet: str, *, maintenant: datetime
) -> None:
    """Ce qui interdit de le poser, dit avant de rien écrire."""
    if sujet == SujetChangement.ROLE:
        exiger_un_autre_gestionnaire(_habilitation(creancier, objet), maintenant=maintenant)
    if sujet == SujetChangement.INVITATION:
        exiger_un_nouveau_membre(creancier, objet)


def poser(
    changement: Changement,
    creancier: Creancier,
    voulu: dict[str, Any],
    *,
    acteur: Utilisateur,
    maintenant: datetime,
) -> str:
    """Applique ; rend l'adresse à transmettre d'une invitation, vide pour le reste."""
    match changement.sujet:
        case SujetChangement.ARCHIVE:
            poser_l_archive(creancier, archive=voulu["archive"], le=maintenant, acteur=acteur)
        case SujetChangement.ROLE:
            personne = Utilisateur.objects.get(pk=int(changement.objet))
            poser_le_role(
                creancier, personne, role=voulu["role"], acteur=acteur, maintenant=maintenant
            )
        case SujetChangement.INVITATION if voulu["role"]:
            return envoyer_l_invitation(
                creancier,
                courriel=changement.objet,
                role=Role(voulu["role"]),
                acteur=acteur,
                maintenant=maintenant,
            )[1]
        case SujetChangement.INVITATION:
            _desinviter(creancier, changement.objet, acteur=acteur, maintenant=maintenant)
        case _:
            ecrire_les_champs(creancier, acteur=acteur, **voulu)
            if voulu.get("courriel_expediteur"):
                _ecrire_a_la_nouvelle_adresse(creancier, acteur=acteur, maintenant=maintenant)
    return ""


def _ecrire_a_la_nouvelle_adresse(
    creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime
) -> None:
    """Une adresse d'expéditeur qui vient d'être réglée reçoit de quoi se prouver."""
    # Déjà vérifiée, ou trop demandée aujourd'hui : les paramètres le disent.
    with suppress(ExpediteurRefuse):
        demander_la_preuve(creancier, acteur=acteur, maintenant=maintenant)


def poser_l_archive(
    creancier: Creancier, *, archive: bool, le: datetime, acteur: Utilisateur
) -> None:
    """Il quitte les listes et plus rien ne part en son nom ; tout reste lisible."""
    creancier.archive_le = jour_de(le) if archive else None
    creancier.save(update_fields=["archive_le"])
    if archive:
        inscrire(
            Evenement.CREANCIER_ARCHIVE, cible=creancier, acteur=acteur, le=creancier.archive_le
        )
    else:
        inscrire(Evenement.CREANCIER_ROUVERT, cible=creancier, acteur=acteur)


def poser_le_role(
    creancier: Creancier,
    personne: Utilisateur,
    *,
    role: str | None,
    acteur: Utilisateur,
    maintenant: datetime,
) -> None:
    """Ses demandes en attente tombent avec le rôle qui lui permettait de les faire."""
    habilitation = _habilitation(creancier, str(personne.pk))
    exiger_un_autre_gestionnaire(habilitation, maintenant=maintenant)
    avant = habilitation.role if habilitation else None
    if avant == Role.GESTIONNAIRE:
        annuler_les_demandes(personne, chez=creancier, acteur=acteur)
    if habilitation and role is None:
        inscrire(
            Evenement.HABILITATION_RETIREE,
            cible=habilitation,
            acteur=acteur,
            personne=personne.email,
            role=avant,
        )
        habilitation.delete()
        return
    if habilitation is None:
        habilitation = Habilitation(utilisateur=personne, creancier=creancier)
    habilitation.role = str(role)
    habilitation.save()
    inscrire(
        Evenement.ROLE_CHANGE,
        cible=habilitation,
        acteur=acteur,
        personne=personne.email,
        avant=avant or "aucun",
        apres=str(role),
    )


def rendre_son_role(changement: Changement, *, acteur: Utilisateur, maintenant: datetime) -> None:
    """Celui qu'il avait en nommant : son complice a pu le lui faire ôter depuis."""
    creancier, personne = changement.creancier, changement.demande_par
    habilitation = _habilitation(creancier, str(personne.pk))
    if habilitation is None or habilitation.role != Role.GESTIONNAIRE:
        poser_le_role(
            creancier, personne, role=Role.GESTIONNAIRE, acteur=acteur, maintenant=maintenant
        )


def annuler_les_demandes(
    personne: Utilisateur, *, chez: Creancier | None = None, acteur: Utilisateur
) -> None:
    """Partie ou rétrogradée, elle ne peut plus rien demander ; `chez` None : partout."""
    demandes = Changement.objects.demandes_par(personne).select_for_update(of=("self",))
    if chez is not None:
        demandes = demandes.filter(creancier=chez)
    for changement in demandes.order_by("pk"):
        changement.etat, changement.decide_par = EtatChangement.ANNULE, acteur
        changement.decide_le = Now()
        changement.save(update_fields=["etat", "decide_par", "decide_le"])
        inscrire(
            Evenement.CHANGEMENT_ANNULE,
            cible=changement,
            acteur=acteur,
            sujet=changement.get_sujet_display(),
            demande_par=personne.email,
        )


def envoyer_l_invitation(
    creancier: Creancier, *, courriel: str, role: Role, acteur: Utilisateur, maintenant: datetime
) -> tuple[Invitation, str]:
    """Une invitation plus ancienne pour la même adresse cesse de valoir."""
    exiger_un_nouveau_membre(creancier, courriel)
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
        expire_le=maintenant + DUREE_INVITATION,
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


def exiger_un_nouveau_membre(creancier: Creancier, courriel: str) -> None:
    if Habilitation.objects.filter(creancier=creancier, utilisateur__email=courriel).exists():
        raise DejaMembre


def exiger_un_autre_gestionnaire(
    habilitation: Habilitation | None, *, maintenant: datetime
) -> None:
    """Un créancier garde toujours un gestionnaire actif, dont la nomination ne se défait plus."""
    if habilitation is None or habilitation.role != Role.GESTIONNAIRE:
        return
    tous = gestionnaires_etablis(habilitation.creancier, maintenant=maintenant)
    if not tous.exclude(pk=habilitation.utilisateur_id).exists():
        raise DernierGestionnaire


def _habilitation(creancier: Creancier, objet: str) -> Habilitation | None:
    return Habilitation.objects.filter(creancier=creancier, utilisateur=int(objet)).first()


def _desinviter(
    creancier: Creancier, courriel: str, *, acteur: Utilisateur, maintenant: datetime
) -> None:
    """L'invitation ne vaut plus ; déjà acceptée, l'accès qu'elle a donné est retiré."""
    ouvertes = Invitation.objects.pour(creancier).filter(
        courriel=courriel, acceptee_le=None, revoquee_le=None
    )
    for invitation in ouvertes:
        invitation.revoquee_le = maintenant
        invitation.save(update_fields=["revoquee_le"])
        inscrire(Evenement.INVITATION_REVOQUEE, cible=invitation, acteur=acteur, courriel=courriel)
    personne = Utilisateur.objects.filter(email=courriel).first()
    if personne and _habilitation(creancier, str(personne.pk)):
        poser_le_role(creancier, personne, role=None, acteur=acteur, maintenant=maintenant)


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
    ecrire_de_la_plateforme(
        invitation.courriel,
        sujet=sujet,
        corps=corps,
        nature=NatureEnvoi.INVITATION,
        cle=f"invitation:{invitation.pk}",
        maintenant=maintenant,
        creancier=invitation.creancier,
    )
