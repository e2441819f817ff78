"""Les courriels de Django (mot de passe oublié) passent par la même boîte que les relances."""

from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from recouvrement.courriel.actions.depot import deposer
from recouvrement.courriel.enums import NatureEnvoi


class BoiteDeDepart(BaseEmailBackend):
    """Dépose au lieu d'envoyer : une ligne par destinataire, partie au prochain battement."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for destinataire in message.recipients():
                message.extra_headers.setdefault("Auto-Submitted", "auto-generated")
                deposer(
                    creancier=None,
                    nature=NatureEnvoi.COMPTE,
                    cle=f"compte:{uuid4()}",
                    destinataire=destinataire,
                    expediteur=message.from_email,
                    sujet=str(message.subject),
                    message=message,
                )
        return len(email_messages)
