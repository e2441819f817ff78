"""La sonnette : la base dit si la nuit est faite."""

from celery import shared_task
from django.utils import timezone

from recouvrement.vie_privee.actions.purge import purger_la_nuit


@shared_task(name="vie_privee.purger", ignore_result=True, expires=55)
def purger() -> None:
    purger_la_nuit(timezone.now())
