"""Ce que les comptes ont de propre à nous : l'inscription est fermée, on entre sur invitation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from recouvrement.comptes.models import Utilisateur


class AdaptateurComptes(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Utilisateur,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """À l'adresse du compte : nous ne tenons pas la table d'adresses d'allauth."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)
