from django.apps import AppConfig


class EquipeConfig(AppConfig):
    name = "recouvrement.equipe"
    label = "equipe"
    verbose_name = "Équipe"

    def ready(self) -> None:
        from recouvrement.equipe import receivers  # noqa: F401 — s'abonne
