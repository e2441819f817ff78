from django.apps import AppConfig


class ContentieuxConfig(AppConfig):
    name = "contentieux"
    verbose_name = "Contentieux"

    def ready(self) -> None:
        from contentieux import receivers  # noqa: F401 — s'abonne
