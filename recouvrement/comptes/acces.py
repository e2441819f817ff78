"""La seule porte des pages : `habilite` pour celles d'un créancier, `connecte` pour les autres.

Elle tient aussi la double authentification, due par qui gère ou administre, et la confirmation
de son identité avant un geste grave.
"""

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.comptes.regles import double_en_retard
from recouvrement.socle.pages.boucle import vient_de_la_boucle_locale

Vue = Callable[..., HttpResponse]
APPLICATIONS = Authenticator.objects.filter(type=Authenticator.Type.TOTP)


class RequeteConnectee(HttpRequest):
    user: Utilisateur


class RequeteHabilitee(RequeteConnectee):
    """Ce que reçoit une vue décorée par `habilite`."""

    creancier: Creancier
    habilitation: Habilitation


def habilitations_de(request: HttpRequest) -> list[Habilitation]:
    """Celles de la personne, créancier compris, lues une seule fois pour la page et son cadre."""
    lues: list[Habilitation] | None = getattr(request, "_habilitations", None)
    if lues is None:
        lues = list(
            Habilitation.objects.select_related("creancier")
            # Les images pèsent, et seules les lettres les montrent.
            .defer("creancier__logo", "creancier__image_signature")
            .filter(utilisateur=request.user)
            .annotate(a_double=Exists(APPLICATIONS.filter(user=OuterRef("utilisateur"))))
            .order_by("creancier__nom")
        )
        for habilitation in lues:
            habilitation.utilisateur = request.user
        request._habilitations = lues
    return lues


def creanciers_de(request: HttpRequest) -> list[Creancier]:
    """Ceux où elle travaille : un créancier archivé ne s'ouvre que par son adresse."""
    return [h.creancier for h in habilitations_de(request) if h.creancier.archive_le is None]


def ou_elle_agit(request: HttpRequest, creanciers: list[Creancier]) -> list[Creancier]:
    """Parmi ces créanciers, ceux où elle n'est pas que lectrice."""
    agit = {
        h.creancier_id for h in habilitations_de(request) if Role(h.role).couvre(Role.ASSISTANTE)
    }
    return [creancier for creancier in creanciers if creancier.pk in agit]


def double_attendue(request: HttpRequest) -> bool:
    """Elle gère ou administre, et n'a pas encore d'application de codes.

    La démonstration n'en a pas besoin, tant qu'on la regarde depuis la machine elle-même.
    """
    attendue: bool | None = getattr(request, "_double_attendue", None)
    if attendue is None:
        siennes = habilitations_de(request)
        doit = request.user.est_administrateur or any(
            habilitation.role == Role.GESTIONNAIRE for habilitation in siennes
        )
        en_visite = request.user.est_demonstration and vient_de_la_boucle_locale(request)
        attendue = (
            doit
            and not en_visite
            and not (
                siennes[0].a_double if siennes else APPLICATIONS.filter(user=request.user).exists()
            )
        )
        request._double_attendue = attendue
    return attendue


def _a_mettre_en_regle(request: HttpRequest) -> HttpResponse | None:
    maintenant = timezone.now()
    if double_attendue(request) and double_en_retard(
        request.user.double_due_le, maintenant=maintenant
    ):
        return redirect("equipe:double")
    return None


@reauthentication_required
def confirmer_son_identite(request: HttpRequest) -> None:
    """Avant un geste grave. Lève, si la personne ne s'est pas fait reconnaître depuis cinq minutes.

    allauth garde alors ce qui était posté, demande le mot de passe ou le code, puis le rejoue.
    """


def habilite(role: Role) -> Callable[[Vue], Vue]:
    """Pose `request.creancier`, ou répond 404 (aucune habilitation) ou 403 (rôle trop bas)."""

    def decorateur(vue: Vue) -> Vue:
        @login_required
        @wraps(vue)
        def vue_habilitee(request, *args, creancier: str, **kwargs):
            siennes = habilitations_de(request)
            habilitation = next((h for h in siennes if h.creancier.code == creancier), None)
            if habilitation is None:
                raise Http404
            if not Role(habilitation.role).couvre(role):
                raise PermissionDenied
            request.creancier = habilitation.creancier
            request.habilitation = habilitation
            return _a_mettre_en_regle(request) or vue(request, *args, **kwargs)

        vue_habilitee.role_exige = role
        return vue_habilitee

    return decorateur


def connecte(vue: Vue) -> Vue:
    """Une page qui ne tient à aucun créancier, pour toute personne connectée."""

    @login_required
    @wraps(vue)
    def vue_connectee(request, *args, **kwargs):
        return _a_mettre_en_regle(request) or vue(request, *args, **kwargs)

    vue_connectee.role_exige = "connecte"
    return vue_connectee


def entre(vue: Vue) -> Vue:
    """La page où l'on se met en règle : connecté suffit, sans double authentification."""
    vue_d_entree = login_required(vue)
    vue_d_entree.role_exige = "connecte"
    return vue_d_entree


def administre(vue: Vue) -> Vue:
    """Réservé à l'administrateur de l'instance."""

    @login_required
    @wraps(vue)
    def vue_administree(request, *args, **kwargs):
        if not request.user.est_administrateur:
            raise PermissionDenied
        return _a_mettre_en_regle(request) or vue(request, *args, **kwargs)

    vue_administree.role_exige = "administrateur"
    return vue_administree
