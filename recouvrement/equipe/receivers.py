"""Ce qui change une porte s'inscrit au journal, même fait par les pages d'allauth."""

from allauth.account.signals import password_changed, password_reset, password_set, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe import actions, portier
from recouvrement.equipe.evenements import Evenement

SORTES = {"totp": "application", "recovery_codes": "codes de secours"}


@receiver([password_changed, password_set, password_reset])
def inscrire_le_mot_de_passe(*, user: Utilisateur, **_kwargs: object) -> None:
    actions.constater(user, evenement=Evenement.MOT_DE_PASSE_CHANGE)


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


def _inscrire(compte: Utilisateur, authenticator: Authenticator, fait: str) -> None:
    sorte = SORTES.get(authenticator.type, authenticator.type)
    actions.constater(compte, evenement=Evenement.DOUBLE_AUTHENTIFICATION, detail=f"{sorte} {fait}")
