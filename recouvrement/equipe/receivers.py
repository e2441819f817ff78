"""Ce qui change une porte s'inscrit au journal, même fait par les pages d'allauth."""

from allauth.account.adapter import get_adapter
from allauth.account.signals import (
    password_changed,
    password_reset,
    password_set,
    user_logged_in,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in as session_ouverte
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe import actions
from recouvrement.equipe.actions import portier
from recouvrement.equipe.evenements import Evenement

SORTES = {"totp": "application", "recovery_codes": "codes de secours"}


@receiver(user_logged_in)
def inscrire_la_connexion(*, request: HttpRequest, user: Utilisateur, **_kwargs: object) -> None:
    actions.constater_la_connexion(user, depuis=_adresse(request))


@receiver(user_logged_out)
def inscrire_la_deconnexion(*, user: Utilisateur | None, **_kwargs: object) -> None:
    if user is not None:
        actions.constater_la_deconnexion(user)


@receiver(user_login_failed)
def inscrire_le_refus(
    *, credentials: dict[str, str], request: HttpRequest | None = None, **_kwargs: object
) -> None:
    """Les essais qu'une limite arrête n'arrivent pas jusqu'ici : ils sont déjà comptés."""
    courriel = str(credentials.get("email") or credentials.get("username") or "")
    actions.constater_le_refus(courriel, depuis=_adresse(request) if request else "")


@receiver([password_changed, password_set, password_reset])
def inscrire_le_mot_de_passe(*, user: Utilisateur, **_kwargs: object) -> None:
    actions.constater(user, evenement=Evenement.MOT_DE_PASSE_CHANGE)


@receiver(session_ouverte)
def compter_le_delai(*, user: Utilisateur, **_kwargs: object) -> None:
    actions.compter_le_delai(user)


@receiver(password_reset)
def rouvrir_la_porte(
    *, user: Utilisateur, request: HttpRequest | None = None, **_kwargs: object
) -> None:
    portier.oublier_les_essais(user, request)


@receiver(user_logged_in)
def retenir_l_appareil(
    *, user: Utilisateur, request: HttpRequest, response: HttpResponse, **_kwargs: object
) -> None:
    portier.reconnaitre(request, response, user)


@receiver(authenticator_added)
def inscrire_l_ajout(*, user: Utilisateur, authenticator: Authenticator, **_kwargs: object) -> None:
    _inscrire(user, authenticator, {"totp": "ajoutée"}.get(authenticator.type, "créés"))


@receiver(authenticator_removed)
def inscrire_le_retrait(
    *, user: Utilisateur, authenticator: Authenticator, **_kwargs: object
) -> None:
    _inscrire(user, authenticator, {"totp": "retirée"}.get(authenticator.type, "retirés"))


@receiver(authenticator_reset)
def inscrire_le_renouvellement(
    *, user: Utilisateur, authenticator: Authenticator, **_kwargs: object
) -> None:
    _inscrire(user, authenticator, {"totp": "renouvelée"}.get(authenticator.type, "renouvelés"))


def _adresse(request: HttpRequest) -> str:
    return str(get_adapter(request).get_client_ip(request) or "")


def _inscrire(compte: Utilisateur, authenticator: Authenticator, fait: str) -> None:
    sorte = SORTES.get(authenticator.type, authenticator.type)
    actions.constater(compte, evenement=Evenement.DOUBLE_AUTHENTIFICATION, detail=f"{sorte} {fait}")
