from django.db import models


class Evenement(models.TextChoices):
    """Ce que la boîte de départ écrit au journal."""

    INSTANCE_GELEE = "instance_gelee", "Envois de l'instance gelés"
    INSTANCE_DEGELEE = "instance_degelee", "Envois de l'instance rendus"
