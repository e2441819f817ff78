"""La seule porte des pages : `habilite` pour celles d'un créancier, `connecte` pour les autres.

Elle tient aussi la double authentification, due par qui gère ou administre, et la confirmation
de son identité avant un geste grave.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.comptes.regles import double_en_retard
from recouvrement.socle.pages.boucle import vient_de_la_boucle_locale

type Vue[R: HttpResponseBase] = Callable[..., R]
APPLICATIONS = Authenticator.objects.filter(type=Authenticator.Type.TOTP)


class RequeteConnectee(HttpRequest):
    """Ce que reçoit une vue décorée par `connecte`, `entre` ou `administre`."""

    user: Utilisateur


class RequeteHabilitee(RequeteConnectee):
    """Ce que reçoit une vue décorée par `habilite`."""

    creancier: Creancier
    habilitation: Habilitation


class _RequeteLue(HttpRequest):
    """Ce qui s'est déjà lu pour cette page."""

    _habilitations: list[Habilitation]
    _double_attendue: bool


def personne_de(request: HttpRequest) -> Utilisateur:
    """Qui demande cette page ; personne d'inconnu n'y arrive."""
    if not isinstance(request.user, Utilisateur):
        raise PermissionDenied
    return request.user


def habilitations_de(request: HttpRequest) -> list[Habilitation]:
    """Celles de la personne, créancier compris, lues une seule fois pour la page et son cadre."""
    lues: list[Habilitation] | None = getattr(request, "_habilitations", None)
    if lues is None:
        personne = personne_de(request)
        lues = list(
            Habilitation.objects.select_related("creancier")
            # Les images pèsent, et seules les lettres les montrent.
            .defer("creancier__logo", "creancier__image_signature")
            .filter(utilisateur=personne)
            .annotate(a_double=Exists(APPLICATIONS.filter(user=OuterRef("utilisateur"))))
            .order_by("creancier__nom")
        )
        for habilitation in lues:
            habilitation.utilisateur = personne
        cast(_RequeteLue, request)._habilitations = lues
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
        personne, siennes = personne_de(request), habilitations_de(request)
        doit = personne.est_administrateur or any(
            habilitation.role == Role.GESTIONNAIRE for habilitation in siennes
        )
        en_visite = personne.est_demonstration and vient_de_la_boucle_locale(request)
        attendue = (
            doit
            and not en_visite
            and not (
                # Annotée avec elles : une requête de moins par page.
                vars(siennes[0])["a_double"]
                if siennes
                else APPLICATIONS.filter(user=personne).exists()
            )
        )
        cast(_RequeteLue, request)._double_attendue = attendue
    return attendue


def _a_mettre_en_regle(request: HttpRequest) -> HttpResponse | None:
    maintenant = timezone.now()
    if double_attendue(request) and double_en_retard(
        personne_de(request).double_due_le, maintenant=maintenant
    ):
        return redirect("equipe:double")
    return None


def confirmer_son_identite(request: HttpRequest) -> None:
    """Avant un geste grave. Lève, si la personne ne s'est pas fait reconnaître depuis cinq minutes.

    allauth garde alors ce qui était posté, demande le mot de passe ou le code, puis le rejoue.
    """
    reauthentication_required(_reconnue)(request)


def _reconnue(request: HttpRequest) -> None:
    """Il n'y a rien à faire de plus."""


def _exiger[V: Callable[..., Any]](vue: V, role: Role | str) -> V:
    """Dit sur la vue elle-même qui peut la voir : un essai les passe toutes en revue."""
    vars(vue)["role_exige"] = role
    return vue


def habilite[R: HttpResponseBase](role: Role) -> Callable[[Vue[R]], Vue[R | HttpResponse]]:
    """Pose `request.creancier`, ou répond 404 (aucune habilitation) ou 403 (rôle trop bas)."""

    def decorateur(vue: Vue[R]) -> Vue[R | HttpResponse]:
        @login_required
        @wraps(vue)
        def vue_habilitee(
            request: RequeteHabilitee, *args: Any, creancier: str, **kwargs: Any
        ) -> R | HttpResponse:
            siennes = habilitations_de(request)
            habilitation = next((h for h in siennes if h.creancier.code == creancier), None)
            if habilitation is None:
                raise Http404
            if not Role(habilitation.role).couvre(role):
                raise PermissionDenied
            request.creancier = habilitation.creancier
            request.habilitation = habilitation
            return _a_mettre_en_regle(request) or vue(request, *args, **kwargs)

        return _exiger(vue_habilitee, role)

    return decorateur


def connecte[R: HttpResponseBase](vue: Vue[R]) -> Vue[R | HttpResponse]:
    """Une page qui ne tient à aucun créancier, pour toute personne connectée."""

    @login_required
    @wraps(vue)
    def vue_connectee(request: HttpRequest, *args: Any, **kwargs: Any) -> R | HttpResponse:
        return _a_mettre_en_regle(request) or vue(request, *args, **kwargs)

    return _exiger(vue_connectee, "connecte")


def entre[R: HttpResponseBase](vue: Vue[R]) -> Vue[R]:
    """La page où l'on se met en règle : connecté suffit, sans double authentification."""
    return _exiger(login_required(vue), "connecte")


def administre[R: HttpResponseBase](vue: Vue[R]) -> Vue[R | HttpResponse]:
    """Réservé à l'administrateur de l'instance."""

    @login_required
    @wraps(vue)
    def vue_administree(request: HttpRequest, *args: Any, **kwargs: Any) -> R | HttpResponse:
        if not personne_de(request).est_administrateur:
            raise PermissionDenied
        return _a_mettre_en_regle(request) or vue(request, *args, **kwargs)

    return _exiger(vue_administree, "administrateur")
