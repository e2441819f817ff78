"""L'application Celery : une sonnette. Ce qui est dû, c'est la base qui le dit."""

import logging
import os
import sys
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader
from celery.signals import task_failure
from django.core.exceptions import ImproperlyConfigured

from recouvrement.socle.pannes import reconnaitre

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")
# Le travailleur et l'horloge ; wsgi et manage.py disent eux-mêmes ce qu'ils sont.
os.environ.setdefault("PROCESSUS", "travail")


class Reglages(AppLoader):
    """Comme manage.py : un réglage faux se dit en une phrase, quelle que soit la commande."""

    def config_from_object(self, obj: Any, silent: bool = False) -> None:
        try:
            super().config_from_object(obj, silent=silent)
        except ImproperlyConfigured as erreur:
            sys.exit(f"Réglages : {erreur}")


app = Celery("recouvrement", loader="recouvrement.celery:Reglages")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_failure.connect
def dire_la_panne(*, exception: BaseException, sender: Any = None, **_: Any) -> None:
    """Une base absente ou occupée se dit en une phrase ; le prochain battement recommence."""
    panne = reconnaitre(exception)
    if panne is not None:
        logging.getLogger("recouvrement.sante").warning(
            "%s remis au prochain passage : %s", getattr(sender, "name", "Travail"), panne.phrase
        )
