from django.db import models

from recouvrement.comptes.cloison import QuerySetCloisonne
from recouvrement.comptes.models import Creancier, Utilisateur


class Entree(models.Model):
    """Une ligne du journal : qui, quoi, quand, sur quoi. Un déclencheur interdit d'y toucher."""

    # Sans créancier : ce qui touche l'instance (création d'un créancier, taux).
    creancier = models.ForeignKey(
        Creancier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    acteur = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    a = models.DateTimeField("à", auto_now_add=True)
    evenement = models.CharField(max_length=60)
    libelle = models.CharField(max_length=160)
    cible_type = models.CharField(max_length=60)
    cible_id = models.BigIntegerField()
    donnees = models.JSONField(default=dict)

    objects = QuerySetCloisonne.as_manager()

    class Meta:
        verbose_name = "entrée du journal"
        indexes = [
            models.Index(
                fields=["creancier", "cible_type", "cible_id", "-id"], name="journal_par_cible"
            ),
            models.Index(fields=["creancier", "-id"], name="journal_par_creancier"),
        ]

    def __str__(self) -> str:
        return self.libelle
