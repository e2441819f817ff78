from django.db import models


class NatureClient(models.TextChoices):
    PROFESSIONNEL = "professionnel", "Professionnel"
    PARTICULIER = "particulier", "Particulier"
    PUBLIC = "public", "Personne publique"


class Langue(models.TextChoices):
    FRANCAIS = "fr", "Français"
    ANGLAIS = "en", "Anglais"


class GenreCoordonnee(models.TextChoices):
    COURRIEL = "courriel", "Courriel"
    TELEPHONE = "telephone", "Téléphone"


class Validite(models.TextChoices):
    """Ce que l'on sait d'une adresse ou d'un numéro."""

    INCONNUE = "inconnue", "Non vérifié"
    VALIDE = "valide", "Vérifié"
    INVALIDE = "invalide", "Invalide"
    OPPOSITION = "opposition", "Opposition"


VALIDITES_UTILISABLES = (Validite.INCONNUE, Validite.VALIDE)
