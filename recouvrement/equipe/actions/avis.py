"""Prévenir par courriel : tous les gestionnaires d'un créancier, ou tous les administrateurs.

Ces messages ne tiennent à aucun créancier : geler ou archiver le sien ne les retient pas.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.actions.depot import deposer
from recouvrement.courriel.enums import NatureEnvoi


def prevenir(
    personnes: Iterable[Utilisateur],
    *,
    cle: str,
    sujet: str,
    gabarit: str,
    contexte: dict[str, Any],
    maintenant: datetime,
) -> None:
    """Un message chacun ; la clé dit l'événement, le redire n'en fait pas un second."""
    for personne in {p.pk: p for p in personnes}.values():
        corps = render_to_string(gabarit, contexte | {"personne": personne})
        message = EmailMessage(
            sujet,
            corps,
            settings.DEFAULT_FROM_EMAIL,
            [personne.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        deposer(
            creancier=None,
            nature=NatureEnvoi.COMPTE,
            cle=f"{cle}:{personne.pk}",
            destinataire=personne.email,
            expediteur=settings.DEFAULT_FROM_EMAIL,
            sujet=sujet,
            message=message,
            maintenant=maintenant,
        )
