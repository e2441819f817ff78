from django.db import models


class SujetChangement(models.TextChoices):
    """Ce qui touche à l'argent ou à la voix d'un créancier : jamais décidé d'un seul geste."""

    IBAN = "iban", "IBAN"
    EXPEDITEUR = "expediteur", "Expéditeur"
    ENVOIS = "envois", "Reprise des envois"
    ARCHIVE = "archive", "Archivage"
    ROLE = "role", "Rôle"
    INVITATION = "invitation", "Invitation d'un gestionnaire"


class EtatChangement(models.TextChoices):
    """en_attente → applique | refuse | retire | expire | annule ; applique → defait."""

    EN_ATTENTE = "en_attente", "En attente"
    APPLIQUE = "applique", "Appliqué"
    REFUSE = "refuse", "Refusé"
    RETIRE = "retire", "Retiré"
    EXPIRE = "expire", "Expiré"
    ANNULE = "annule", "Annulé"
    DEFAIT = "defait", "Défait"
