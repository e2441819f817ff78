from django.apps import AppConfig


class BancConfig(AppConfig):
    name = "recouvrement.banc"
    label = "banc"
    verbose_name = "Banc d'essai"
