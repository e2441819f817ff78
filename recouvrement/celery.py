"""L'application Celery : une sonnette. Ce qui est dû, c'est la base qui le dit."""

import os
import sys
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")


class Reglages(AppLoader):
    """Comme manage.py : un réglage faux se dit en une phrase, quelle que soit la commande."""

    def config_from_object(self, obj: Any, silent: bool = False) -> bool:
        try:
            return super().config_from_object(obj, silent=silent)
        except ImproperlyConfigured as erreur:
            sys.exit(f"Réglages : {erreur}")


app = Celery("recouvrement", loader="recouvrement.celery:Reglages")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
