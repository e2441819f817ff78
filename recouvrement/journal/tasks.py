"""La sonnette du journal, à côté de celle des envois : l'une ne retient pas l'autre."""

from celery import shared_task
from django.utils import timezone

from recouvrement.journal.veille import veiller


@shared_task(name="journal.veiller", ignore_result=True, expires=55)
def veiller_au_journal() -> None:
    veiller(timezone.now())
