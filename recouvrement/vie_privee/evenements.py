from django.db import models


class Evenement(models.TextChoices):
    """Ce que la vie privée écrit au journal."""

    DEMANDE_RECUE = "demande_de_personne", "Demande d'une personne sur ses données"
    DEMANDE_REPONDUE = "demande_repondue", "Demande d'une personne : réponse donnée"
    DONNEES_EXPORTEES = "donnees_exportees", "Données d'un client remises"
    PERSONNES_EFFACEES = "personnes_effacees", "Données personnelles d'un client effacées"
    DUREES_CHANGEES = "durees_changees", "Durées de conservation changées"
    PURGE_FAITE = "purge_faite", "Purge de nuit"
