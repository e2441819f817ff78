"""Écrire au journal, dans la transaction de l'appelant."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.models import Entree
from recouvrement.socle.lots import inserer_fiches


def inscrire(
    evenement: models.TextChoices,
    *,
    cible: models.Model,
    acteur: Utilisateur | None,
    creancier: Creancier | None = None,
    **donnees: Any,
) -> Entree:
    """Ajoute une entrée ; `acteur` None = l'automate ; créancier pris sur la cible, sinon donné.

    Le libellé est figé avec l'entrée : le journal n'a pas à connaître les apps qui l'écrivent.
    """
    return Entree.objects.create(**_valeurs(evenement, cible, acteur, creancier, donnees))


def inscrire_lot(
    evenement: models.TextChoices,
    *,
    cibles: Iterable[tuple[models.Model, dict[str, Any]]],
    acteur: Utilisateur | None,
) -> None:
    """Une entrée par cible, en une écriture : ce qui sert aux imports et à la planification."""
    inserer_fiches(
        [Entree(**_valeurs(evenement, cible, acteur, None, donnees)) for cible, donnees in cibles]
    )


def _valeurs(evenement, cible, acteur, creancier, donnees) -> dict[str, Any]:
    creancier_id = creancier.pk if creancier else getattr(cible, "creancier_id", None)
    if creancier_id is None and isinstance(cible, Creancier):
        creancier_id = cible.pk
    return {
        "creancier_id": creancier_id,
        "acteur": acteur,
        "evenement": evenement.value,
        "libelle": str(evenement.label),
        "cible_type": cible._meta.label_lower,
        "cible_id": cible.pk,
        "donnees": {nom: _en_json(valeur) for nom, valeur in donnees.items()},
    }


def _en_json(valeur: Any) -> Any:
    """Montants et dates en texte : le journal garde ce qu'on a lu, sans flottant."""
    match valeur:
        case Decimal():
            return str(valeur)
        case datetime() | date():
            return valeur.isoformat()
        case list() | tuple():
            return [_en_json(element) for element in valeur]
        case dict():
            return {str(cle): _en_json(element) for cle, element in valeur.items()}
        case models.Model():
            return valeur.pk
        case _:
            return valeur
