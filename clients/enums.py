from django.db import models


class NatureClient(models.TextChoices):
    PROFESSIONNEL = "professionnel", "Professionnel"
    PARTICULIER = "particulier", "Particulier"
    PUBLIC = "public", "Personne publique"
    # Rien ne la dit encore : seul le principal se réclame.
    INCONNUE = "inconnue", "À établir"


class SourceNature(models.TextChoices):
    """Ce qui a dit la nature d'un client."""

    COLONNE = "colonne", "Lue dans le fichier"
    IDENTIFIANT = "identifiant", "Donnée par son identifiant"
    NOM = "nom", "Donnée par son nom"
    PERSONNE = "personne", "Dite par une personne"


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
