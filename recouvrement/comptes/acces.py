"""La seule porte des pages : `habilite` pour celles d'un créancier, `connecte` pour les autres."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation

Vue = Callable[..., HttpResponse]


class RequeteHabilitee(HttpRequest):
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
            return vue(request, *args, **kwargs)

        vue_habilitee.role_exige = role
        return vue_habilitee

    return decorateur


def connecte(vue: Vue) -> Vue:
    """Une page qui ne tient à aucun créancier, pour toute personne connectée."""
    vue_connectee = login_required(vue)
    vue_connectee.role_exige = "connecte"
    return vue_connectee


def administre(vue: Vue) -> Vue:
    """Réservé à l'administrateur de l'instance."""

    @login_required
    @wraps(vue)
    def vue_administree(request, *args, **kwargs):
        if not request.user.est_administrateur:
            raise PermissionDenied
        return vue(request, *args, **kwargs)

    vue_administree.role_exige = "administrateur"
    return vue_administree
