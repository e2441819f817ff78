"""Ce que les comptes ont de propre à nous : l'inscription est fermée, on entre sur invitation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from recouvrement.comptes.models import Utilisateur
from recouvrement.socle.chiffrement import SecretIllisible, chiffrer, dechiffrer


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
