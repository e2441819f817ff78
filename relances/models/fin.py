from django.db import models
from django.db.models import Q

from factures.models import Facture
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.journal.models import Geste


class FinDeScenario(ModeleCloisonne):
    """Le scénario est allé au bout pour cette facture, encore due : une personne décide."""

    facture = models.ForeignKey(Facture, on_delete=models.CASCADE, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    constatee_le = models.DateField("constatée le")
    # Une personne a dit que la suite est décidée.
    decidee_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "fin de scénario"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "facture", "cycle"], name="fin_une_par_facture_et_cycle"
            ),
            models.CheckConstraint(condition=Q(cycle__gt=0), name="fin_cycle_positif"),
        ]
        indexes = [
            models.Index(
                fields=["creancier"], condition=Q(decidee_geste=None), name="fin_a_decider"
            )
        ]

    def __str__(self) -> str:
        return f"fin de scénario de {self.facture_id}"
