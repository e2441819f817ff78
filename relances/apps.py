from django.apps import AppConfig


class RelancesConfig(AppConfig):
    name = "relances"
    verbose_name = "Relances"

    def ready(self) -> None:
        from relances import receivers  # noqa: F401 — s'abonne
