from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "recouvrement.demonstration"
    label = "demonstration"
    verbose_name = "Démonstration"
