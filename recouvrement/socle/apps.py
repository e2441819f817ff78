from django.apps import AppConfig


class SocleConfig(AppConfig):
    name = "recouvrement.socle"
    label = "socle"
    verbose_name = "Socle"
