"""La sonnette : Celery appelle, la base décide."""

from celery import shared_task

from recouvrement.courriel.actions import heure
from relances.actions import battement

OUVRIERS = 4
MESSAGES_PAR_OUVRIER = 50


@shared_task(name="relances.battre", ignore_result=True, expires=55)
def battre() -> None:
    """Chaque minute : prévoit, puis réveille assez d'ouvriers pour vider la boîte de départ."""
    battement.sonner(envoyer=False)
    maintenant = heure.heure_de_la_base()
    reste = battement.reste_a_envoyer(maintenant)
    # Coupés, les envois ne comptent plus comme dus : un ouvrier, pour éprouver le serveur.
    reste = reste or int(battement.a_eprouver())
    for _ in range(min(OUVRIERS, -(-reste // MESSAGES_PAR_OUVRIER))):
        vider.delay()


@shared_task(name="relances.vider", ignore_result=True, expires=55)
def vider() -> None:
    """Envoie ce qui est dû ; sonner deux fois n'envoie rien deux fois."""
    battement.expedier_a_part()
