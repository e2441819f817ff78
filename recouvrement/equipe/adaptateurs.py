"""Ce que les comptes ont de propre à nous : l'inscription est fermée, on entre sur invitation."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.actions import portier
from recouvrement.equipe.models import EssaiDeConnexion
from recouvrement.socle.chiffrement import SecretIllisible, chiffrer, dechiffrer
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pages.boucle import vient_de_la_boucle_locale

traces = logging.getLogger("recouvrement.comptes")


class AdaptateurComptes(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Adresse ou mot de passe incorrect.",
        "too_many_login_attempts": (
            "Trop d'essais manqués : attendez un quart d'heure. « Mot de passe oublié » permet "
            "d'entrer tout de suite."
        ),
        "rate_limited": "Trop d'essais manqués : attendez quelques minutes.",
        "incorrect_code": "Ce code est faux, ou il a déjà servi.",
    }
    _essai: EssaiDeConnexion | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nos propres essais, en base : ceux d'allauth enferment la personne avec les intrus."""
        self._essai = portier.laisser_essayer(
            courriel=credentials.get("email") or "",
            ip=self.get_client_ip(request),
            request=request,
            maintenant=timezone.now(),
        )
        if self._essai is None:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        compte: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if compte is not None and self._essai is not None:
            # Il n'efface que le sien : entrer chez soi ne rend pas d'essais chez les autres.
            self._essai.delete()
        return compte

    def pre_login(
        self, request: HttpRequest, user: Utilisateur, **options: Any
    ) -> HttpResponse | None:
        """Quelle que soit la façon d'entrer : mot de passe, lien reçu, invitation."""
        if user.est_demonstration and not vient_de_la_boucle_locale(request):
            return render(request, "account/demonstration.html", status=403)
        ailleurs: HttpResponse | None = super().pre_login(request, user, **options)
        return ailleurs

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Sous l'adresse du site, jamais sous le nom que la requête se donne."""
        # allauth donne les deux en un : le compte, en base 36, puis la clé.
        compte, _, jeton = key.partition("-")
        chemin = reverse("account_reset_password_from_key", args=[compte, jeton])
        return f"{settings.SITE_URL}{chemin}"

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Utilisateur,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """À l'adresse du compte : nous ne tenons pas la table d'adresses d'allauth."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Un message qui ne peut pas s'écrire se dit dans les traces, à qui peut agir.

        Jamais dans la réponse : elle révélerait qui a un compte, et le geste, lui, est fait.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except ErreurMetier as refus:
            traces.error("Un message de compte (%s) n'est pas parti : %s", template_prefix, refus)


class AdaptateurDouble(DefaultMFAAdapter):
    """La base ne garde ni clé TOTP ni graine des codes de secours en clair."""

    def encrypt(self, text: str) -> str:
        return chiffrer(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return dechiffrer(encrypted_text)
        except SecretIllisible as refus:
            # allauth l'appelle depuis ses formulaires : la phrase y paraît, au lieu d'une page 500.
            raise ValidationError(refus.message) from refus
