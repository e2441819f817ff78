from django.apps import AppConfig


class AccueilConfig(AppConfig):
    name = "recouvrement.accueil"
    label = "accueil"
    verbose_name = "Accueil"
