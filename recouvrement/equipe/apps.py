from django.apps import AppConfig


class EquipeConfig(AppConfig):
    name = "recouvrement.equipe"
    label = "equipe"
    verbose_name = "Équipe"
