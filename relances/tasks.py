"""La sonnette : Celery appelle, la base décide."""

from celery import shared_task
from django.utils import timezone

from recouvrement.courriel.instance import noter_battement, noter_battement_manque
from relances.actions import battement

OUVRIERS = 4
MESSAGES_PAR_OUVRIER = 50


@shared_task(name="relances.battre", ignore_result=True, expires=55)
def battre() -> None:
    """Chaque minute : prévoit, puis réveille assez d'ouvriers pour vider la boîte de départ."""
    maintenant = timezone.now()
    try:
        battement.preparer(maintenant)
    except Exception as erreur:
        noter_battement_manque(maintenant, echec=type(erreur).__name__)
        raise
    noter_battement(maintenant)
    reste = battement.reste_a_envoyer(maintenant)
    for _ in range(min(OUVRIERS, -(-reste // MESSAGES_PAR_OUVRIER))):
        vider.delay()


@shared_task(name="relances.vider", ignore_result=True, expires=55)
def vider() -> None:
    """Envoie ce qui est dû ; sonner deux fois n'envoie rien deux fois."""
    battement.expedier(timezone.now)
