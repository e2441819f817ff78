from django.db import models


class Evenement(models.TextChoices):
    DOCUMENT_SCELLE = "document_scelle", "Document scellé"
