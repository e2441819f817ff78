from django.db import models


class Evenement(models.TextChoices):
    """Ce que le journal dit de lui-même."""

    JOURNAL_ANCRE = "journal_ancre", "Journal ancré"
    DONNEES_EFFACEES = "donnees_effacees", "Données effacées du journal"
    CONSTATS_ACTES = "constats_actes", "Constats du journal pris en acte"
