from django.db import models

from recouvrement.journal.models import Entree


def historique(cible: models.Model) -> models.QuerySet[Entree]:
    """Ce qui est arrivé à un objet d'un créancier, du plus récent au plus ancien."""
    return (
        Entree.objects.pour(cible.creancier)
        .filter(cible_type=cible._meta.label_lower, cible_id=cible.pk)
        .select_related("acteur")
        .order_by("-id")
    )
