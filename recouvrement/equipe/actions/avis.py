"""Prévenir par courriel : tous les gestionnaires d'un créancier, ou tous les administrateurs.

Ces messages ne tiennent à aucun créancier : geler ou archiver le sien ne les retient pas.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from recouvrement.comptes.models import Creancier, Utilisateur
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
        ecrire_de_la_plateforme(
            personne.email,
            sujet=sujet,
            corps=corps,
            nature=NatureEnvoi.COMPTE,
            cle=f"{cle}:{personne.pk}",
            maintenant=maintenant,
        )


def ecrire_de_la_plateforme(
    adresse: str,
    *,
    sujet: str,
    corps: str,
    nature: NatureEnvoi,
    cle: str,
    maintenant: datetime,
    creancier: Creancier | None = None,
) -> None:
    """Sans créancier, ni son gel ni son quota ne retiennent ce message, qui n'est pas le sien."""
    message = EmailMessage(
        sujet,
        corps,
        settings.DEFAULT_FROM_EMAIL,
        [adresse],
        headers={"Auto-Submitted": "auto-generated"},
    )
    deposer(
        creancier=creancier,
        nature=nature,
        cle=cle,
        destinataire=adresse,
        expediteur=settings.DEFAULT_FROM_EMAIL,
        sujet=sujet,
        message=message,
        maintenant=maintenant,
    )
