import logging

from django.apps import AppConfig


class SocleConfig(AppConfig):
    name = "recouvrement.socle"
    label = "socle"
    verbose_name = "Socle"

    def ready(self) -> None:
        from recouvrement.socle.traces import Trace

        logging.setLogRecordFactory(Trace)
