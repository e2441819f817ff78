from django.apps import AppConfig


class ViePriveeConfig(AppConfig):
    name = "recouvrement.vie_privee"
    label = "vie_privee"
    verbose_name = "Vie privée"

    def ready(self) -> None:
        from recouvrement.vie_privee import receivers  # noqa: F401
