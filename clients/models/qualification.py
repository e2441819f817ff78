from django.db import models
from django.db.models import Q

from clients.enums import NatureClient, SourceNature
from clients.models.client import Client
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.journal.models import Geste


class Qualification(ModeleCloisonne):
    """Un geste qui a changé la nature d'un client, et ce que l'on en savait avant."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    geste = models.ForeignKey(Geste, on_delete=models.PROTECT, related_name="+", db_index=False)
    avant = models.CharField(max_length=14, choices=NatureClient)
    avant_source = models.CharField(max_length=12, choices=SourceNature, blank=True)
    avant_le = models.DateField(null=True, blank=True)
    apres = models.CharField(max_length=14, choices=NatureClient)

    class Meta:
        verbose_name = "qualification"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "geste", "client"], name="qualification_une_par_geste"
            ),
            models.CheckConstraint(
                condition=Q(avant__in=NatureClient.values, apres__in=NatureClient.values),
                name="qualification_natures_admises",
            ),
        ]
        indexes = [models.Index(fields=["creancier", "client"], name="qualification_par_client")]

    def __str__(self) -> str:
        return f"{self.get_avant_display()} → {self.get_apres_display()}"
