"""Un message déposé, tel que le font les apps."""

from datetime import UTC, datetime

from django.core.mail import EmailMessage

from recouvrement.courriel.actions.depot import deposer
from recouvrement.courriel.enums import NatureEnvoi

MAINTENANT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def un_depot(**champs):
    message = EmailMessage("Bonjour", "À bientôt", "compta@kerbrat.example", ["a@duval.example"])
    valeurs = {
        "creancier": None,
        "nature": NatureEnvoi.INVITATION,
        "cle": "invitation:1",
        "destinataire": "a@duval.example",
        "expediteur": "Kerbrat <compta@kerbrat.example>",
        "sujet": "Bonjour",
        "message": message,
        "maintenant": MAINTENANT,
    }
    return deposer(**valeurs | champs)
