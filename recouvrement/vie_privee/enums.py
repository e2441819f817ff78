from django.db import models


class NatureDemande(models.TextChoices):
    """Ce qu'une personne peut demander de ses données (RGPD, art. 15 à 21)."""

    ACCES = "acces", "Accès"
    RECTIFICATION = "rectification", "Rectification"
    EFFACEMENT = "effacement", "Effacement"
    OPPOSITION = "opposition", "Opposition"
    LIMITATION = "limitation", "Limitation"
