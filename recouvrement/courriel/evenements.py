from django.db import models


class Evenement(models.TextChoices):
    """Ce que la boîte de départ écrit au journal."""

    INSTANCE_GELEE = "instance_gelee", "Envois de l'instance gelés"
    INSTANCE_DEGELEE = "instance_degelee", "Envois de l'instance rendus"
    ENVOIS_RETABLIS = "envois_retablis", "Envois rétablis après coupure"
    CONNEXION_ESSAYEE = "connexion_essayee", "Connexion au serveur d'envoi essayée"
