from django.apps import AppConfig


class FacturesConfig(AppConfig):
    name = "factures"
    verbose_name = "Factures"

    def ready(self) -> None:
        from factures import receivers  # noqa: F401 — s'abonne
