from django.db import models
from django.db.models import Q

from factures.enums import SerieTaux
from recouvrement.comptes.models import Utilisateur
from recouvrement.socle import formats


class TauxPublie(models.Model):
    """Un taux que l'administrateur a relevé : il complète ou corrige la table livrée.

    Il vaut pour toute l'instance. Une correction s'ajoute ; la dernière saisie l'emporte.
    """

    serie = models.CharField("taux", max_length=20, choices=SerieTaux)
    effet = models.DateField("à compter du")
    valeur = models.DecimalField("valeur (%)", max_digits=5, decimal_places=2)
    source = models.CharField("source", max_length=250)
    publie_le = models.DateField("publié le")
    saisi_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saisi_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "taux publié"
        verbose_name_plural = "taux publiés"
        constraints = [
            models.CheckConstraint(
                condition=Q(effet__month=1, effet__day=1) | Q(effet__month=7, effet__day=1),
                name="taux_debut_de_semestre",
                violation_error_message="Un taux prend effet un 1er janvier ou un 1er juillet.",
            ),
            models.CheckConstraint(
                condition=Q(valeur__gte=0),
                name="taux_non_negatif",
                violation_error_message="Un taux ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="taux_source",
                violation_error_message="Dites d'où vient ce taux.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_serie_display()} au {formats.jour(self.effet)}"
