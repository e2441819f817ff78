from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from clients.models import Client
from factures.enums import FaitDecision, NatureDecision
from factures.models.facture import Facture
from factures.models.piece import Piece
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.models import Geste
from recouvrement.socle import formats


class DecisionQuerySet(QuerySetCloisonne["Decision"]):
    def du_client(self, client: Client) -> Self:
        """De la plus ancienne à la plus récente : la dernière vaut."""
        return self.filter(facture__client=client).order_by("pk")

    def valables(self) -> Self:
        return self.filter(retiree_motif="")

    def avec_suites(self) -> Self:
        return self.prefetch_related("suites")

    def soeurs(self, decision: "Decision") -> Self:
        """Les lignes de la même décision : une par facture jugée."""
        return self.valables().filter(
            facture__client=decision.facture.client_id,
            nature=decision.nature,
            reference=decision.reference,
            rendue_le=decision.rendue_le,
        )


class Decision(ModeleCloisonne):
    """Ce qu'un juge a décidé d'une facture : le taux qui court, depuis quand, ce qui s'y ajoute.

    Jamais modifiée : infirmée ou saisie par erreur, elle est retirée, avec son motif. Ce qui la
    suit (signification, recours) s'y ajoute : voir `SuiteDecision`.
    """

    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="decisions")
    nature = models.CharField(
        "nature", max_length=12, choices=NatureDecision, default=NatureDecision.JUGEMENT
    )
    reference = models.CharField("juridiction, date et numéro", max_length=250)
    # Vide : saisie avant que cette date soit demandée ; le jour exécutoire en tient lieu.
    rendue_le = models.DateField("rendue le", null=True, blank=True)
    # Vide pour une injonction de payer : se déduit de sa signification.
    executoire_le = models.DateField("exécutoire depuis le", null=True, blank=True)
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
    # L'étape du dossier qui l'a inscrite ; vide : saisie à sa page.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects: ClassVar = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision de justice"
        constraints = [
            models.CheckConstraint(condition=~Q(reference=""), name="decision_referencee"),
            models.CheckConstraint(
                condition=Q(grace_jusqu_au=None)
                | Q(executoire_le__isnull=False, grace_jusqu_au__gt=F("executoire_le")),
                name="decision_grace_apres_decision",
            ),
            models.CheckConstraint(
                condition=Q(executoire_le__isnull=False)
                | Q(nature=NatureDecision.INJONCTION, rendue_le__isnull=False),
                name="decision_executoire_ou_deduite",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "facture"], name="decision_par_facture"),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="decision_par_geste"
            ),
        ]

    def __str__(self) -> str:
        if self.rendue_le is None:
            return f"{self.reference}, exécutoire le {formats.jour(self.executoire_le)}"
        return f"{self.reference}, rendue le {formats.jour(self.rendue_le)}"


class SuiteDecision(ModeleCloisonne):
    """Ce qui suit une décision : sa signification, une opposition, un appel, la fin du recours."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="suites")
    fait = models.CharField("fait", max_length=12, choices=FaitDecision)
    le = models.DateField("en date du")
    retiree_motif = models.CharField("retirée parce que", max_length=250, blank=True)
    saisie_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    saisie_le = models.DateTimeField(auto_now_add=True)
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "suite d'une décision"
        ordering = ["le", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "decision", "fait"],
                condition=Q(retiree_motif=""),
                name="suite_une_fois",
            ),
        ]
        indexes = [
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="suite_par_geste"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_fait_display()} le {formats.jour(self.le)}"
