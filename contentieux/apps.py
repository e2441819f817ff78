from django.apps import AppConfig


class ContentieuxConfig(AppConfig):
    name = "contentieux"
    verbose_name = "Contentieux"
