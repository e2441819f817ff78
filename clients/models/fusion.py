from django.db import models
from django.db.models import F, Q

from clients.models.client import Client
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.journal.models import Geste


class Fusion(ModeleCloisonne):
    """Deux fiches réunies par un geste, et tout ce qu'il a déplacé : de quoi les séparer."""

    geste = models.OneToOneField(Geste, on_delete=models.PROTECT, related_name="fusion")
    garde = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    absorbe = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    # Table → les clés de ce qui était à la fiche absorbée.
    deplaces = models.JSONField(default=dict)
    # Ce que la fiche gardée disait avant de recevoir ce qu'elle ignorait, champ par champ.
    avant = models.JSONField(default=dict)
    # Ses contacts à joindre d'abord, qui ont pu cesser de l'être.
    principaux = models.JSONField(default=list)
    etait_a_completer = models.BooleanField(default=False)

    class Meta:
        verbose_name = "fusion"
        constraints = [
            models.CheckConstraint(condition=~Q(garde=F("absorbe")), name="fusion_de_deux_fiches")
        ]
        indexes = [models.Index(fields=["creancier", "garde"], name="fusion_par_fiche_gardee")]

    def __str__(self) -> str:
        return f"{self.absorbe} dans {self.garde}"

    def cles(self, modele: type[models.Model]) -> set[int]:
        return set(self.deplaces.get(modele._meta.label, ()))
