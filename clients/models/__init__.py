"""Ceux qui doivent, qui les joint, et ce que l'on sait d'eux."""

from clients.models.client import (
    Client,
    ClientQuerySet,
    Contact,
    Coordonnee,
    CoordonneeQuerySet,
    Marque,
    Note,
    en_suspension,
)
from clients.models.fusion import Fusion
from clients.models.qualification import Qualification

__all__ = [
    "Client",
    "ClientQuerySet",
    "Contact",
    "Coordonnee",
    "CoordonneeQuerySet",
    "Fusion",
    "Marque",
    "Note",
    "Qualification",
    "en_suspension",
]
