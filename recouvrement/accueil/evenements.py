from django.db import models


class Evenement(models.TextChoices):
    VUE_ENREGISTREE = "vue_enregistree", "Vue enregistrée"
    VUE_OUBLIEE = "vue_oubliee", "Vue oubliée"
    DEMONSTRATION_RETIREE = "demonstration_retiree", "Démonstration retirée"
