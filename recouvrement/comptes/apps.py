from django.apps import AppConfig


class ComptesConfig(AppConfig):
    name = "recouvrement.comptes"
    label = "comptes"
    verbose_name = "Comptes"
