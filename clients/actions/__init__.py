"""Ce que l'on peut faire d'un client. Une action = une transaction = une entrée au journal."""

from clients.actions.contacts import (
    ajouter_contact,
    ajouter_coordonnee,
    marquer_coordonnee,
    modifier_contact,
    retirer_contact,
    retirer_coordonnee,
)
from clients.actions.fiche import (
    creer_client,
    marquer_adresse,
    modifier_client,
    noter,
    ranger_note,
    reprendre,
    suspendre,
)
from clients.actions.fusion import fusionner
from clients.actions.nature import etablir_nature

__all__ = [
    "ajouter_contact",
    "ajouter_coordonnee",
    "creer_client",
    "etablir_nature",
    "fusionner",
    "marquer_adresse",
    "marquer_coordonnee",
    "modifier_client",
    "modifier_contact",
    "noter",
    "ranger_note",
    "reprendre",
    "retirer_contact",
    "retirer_coordonnee",
    "suspendre",
]
