from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from clients.models import Client
from factures.models.facture import Facture
from factures.models.piece import Piece
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.socle import formats


class DecisionQuerySet(QuerySetCloisonne["Decision"]):
    def du_client(self, client: Client) -> Self:
        """De la plus ancienne à la plus récente : la dernière vaut."""
        return self.filter(facture__client=client).order_by("pk")

    def valables(self) -> Self:
        return self.filter(retiree_motif="")


class Decision(ModeleCloisonne):
    """Ce qu'un juge a décidé d'une facture : le taux qui court, depuis quand, ce qui s'y ajoute.

    Jamais modifiée : infirmée ou saisie par erreur, elle est retirée, avec son motif.
    """

    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="decisions")
    reference = models.CharField("juridiction, date et numéro", max_length=250)
    executoire_le = models.DateField("exécutoire depuis le")
    condamnation_au_taux_legal = models.BooleanField("condamne au taux légal", default=False)
    # C. civ., art. 1343-2 : la décision ordonne que les intérêts d'une année entière en portent.
    capitalisation_depuis = models.DateField("intérêts capitalisés depuis", null=True, blank=True)
    # C. civ., art. 1343-5.
    grace_jusqu_au = models.DateField("délai de grâce jusqu'au", null=True, blank=True)
    piece = models.ForeignKey(
        Piece, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retiree_motif = models.CharField("retirée parce que", max_length=250, blank=True)
    saisie_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    saisie_le = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision de justice"
        constraints = [
            models.CheckConstraint(condition=~Q(reference=""), name="decision_referencee"),
            models.CheckConstraint(
                condition=Q(grace_jusqu_au=None) | Q(grace_jusqu_au__gt=F("executoire_le")),
                name="decision_grace_apres_decision",
            ),
        ]
        indexes = [models.Index(fields=["creancier", "facture"], name="decision_par_facture")]

    def __str__(self) -> str:
        return f"{self.reference}, exécutoire le {formats.jour(self.executoire_le)}"
