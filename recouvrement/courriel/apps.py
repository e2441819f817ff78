from django.apps import AppConfig


class CourrielConfig(AppConfig):
    name = "recouvrement.courriel"
    label = "courriel"
    verbose_name = "Courriel"
