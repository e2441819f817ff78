import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db.models import Count, Q, QuerySet

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.equipe.enums import SujetChangement
from recouvrement.equipe.models import Changement, Invitation
from recouvrement.equipe.regles import MEMOIRE_D_UN_DEPART

NAVIGATEURS = (
    *(("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox")),
    *(("Chrome", "Chrome"), ("Safari", "Safari")),
)
SYSTEMES = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS", "Mac"), ("Linux", "Linux")),
)


def membres(creancier: Creancier) -> QuerySet[Habilitation]:
    return (
        Habilitation.objects.filter(creancier=creancier)
        .select_related("utilisateur")
        .order_by("utilisateur__nom_complet", "pk")
    )


def gestionnaires(creancier: Creancier | int) -> QuerySet[Utilisateur]:
    """Ceux qui peuvent décider aujourd'hui : un compte désactivé n'en est pas."""
    siennes = Habilitation.objects.filter(creancier=creancier, role=Role.GESTIONNAIRE)
    return Utilisateur.objects.filter(
        is_active=True, pk__in=siennes.values("utilisateur")
    ).order_by("pk")


def nommes_par_un_seul(creancier: Creancier, *, maintenant: datetime) -> dict[int, set[int]]:
    """Gestionnaires dont la nomination se défait encore, et de qui chacun la tient.

    Qui vole une session nomme son complice : d'ici là, il ne tient lieu de second pour rien.
    """
    tenants: dict[int, set[int]] = {}
    nominations = Changement.objects.pour(creancier).nominations_a_defaire(maintenant=maintenant)
    for sujet, objet, par in nominations.values_list("sujet", "objet", "demande_par"):
        connu = {"email": objet} if sujet == SujetChangement.INVITATION else {"pk": int(objet)}
        for pk in Utilisateur.objects.filter(**connu).values_list("pk", flat=True):
            tenants.setdefault(pk, set()).add(par)
    return tenants


def gestionnaires_etablis(creancier: Creancier, *, maintenant: datetime) -> QuerySet[Utilisateur]:
    recents = nommes_par_un_seul(creancier, maintenant=maintenant)
    return gestionnaires(creancier).exclude(pk__in=list(recents))


def y_a_t_il_un_second(creancier: Creancier, *, que: Utilisateur, maintenant: datetime) -> bool:
    """Celui qu'on vient de désactiver compte encore : l'écarter ne suffit pas à décider seul."""
    recents = nommes_par_un_seul(creancier, maintenant=maintenant)
    parti_il_y_a_peu = Q(utilisateur__desactive_le__gt=maintenant - MEMOIRE_D_UN_DEPART)
    autres = Habilitation.objects.filter(
        Q(utilisateur__is_active=True) | parti_il_y_a_peu,
        creancier=creancier,
        role=Role.GESTIONNAIRE,
    )
    return autres.exclude(utilisateur__in=[que.pk, *recents]).exists()


def gestionnaires_autour(compte: Utilisateur) -> QuerySet[Utilisateur]:
    """Ceux des créanciers où ce compte a un accès."""
    siens = Habilitation.objects.filter(utilisateur=compte).values("creancier")
    gerants = Habilitation.objects.filter(creancier__in=siens, role=Role.GESTIONNAIRE)
    return Utilisateur.objects.filter(
        is_active=True, pk__in=gerants.values("utilisateur")
    ).order_by("pk")


def administrateurs() -> QuerySet[Utilisateur]:
    return Utilisateur.objects.filter(is_active=True, est_administrateur=True).order_by("pk")


def invitations_en_cours(creancier: Creancier, *, maintenant: datetime) -> QuerySet[Invitation]:
    return (
        Invitation.objects.pour(creancier)
        .en_cours(maintenant=maintenant)
        .select_related("invite_par")
        .order_by("-invite_le")
    )


def comptes() -> QuerySet[Utilisateur]:
    return Utilisateur.objects.annotate(
        creanciers_nb=Count("habilitations", distinct=True),
        double=Count("authenticator", filter=Q(authenticator__type="totp"), distinct=True),
    ).order_by("-is_active", "nom_complet", "pk")


@dataclass(frozen=True, slots=True)
class SessionOuverte:
    pk: int
    appareil: str
    ip: str
    ouverte_le: datetime
    courante: bool


def sessions_ouvertes(compte: Utilisateur, *, cle: str | None) -> list[SessionOuverte]:
    """Celles qui valent encore, la sienne d'abord ; les mortes sont oubliées au passage."""
    sessions = [
        SessionOuverte(
            pk=session.pk,
            appareil=appareil(session.user_agent),
            ip=session.ip,
            ouverte_le=session.created_at,
            courante=session.session_key == cle,
        )
        for session in UserSession.objects.purge_and_list(compte)
    ]
    return sorted(sessions, key=lambda s: (not s.courante, -s.ouverte_le.timestamp()))


def appareil(agent: str) -> str:
    """« Firefox sur Windows », autant que le navigateur veuille bien le dire."""
    navigateur = next((nom for mot, nom in NAVIGATEURS if re.search(rf"\b{mot}", agent)), "")
    systeme = next((nom for mot, nom in SYSTEMES if mot in agent), "")
    return " sur ".join(mot for mot in (navigateur, systeme) if mot) or "Appareil inconnu"
