"""L'application Celery : une sonnette. Ce qui est dû, c'est la base qui le dit."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import task_failure

from recouvrement.socle.pannes import reconnaitre

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")
# Le travailleur et l'horloge ; wsgi et manage.py disent eux-mêmes ce qu'ils sont.
os.environ.setdefault("PROCESSUS", "travail")

app = Celery("recouvrement")
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
