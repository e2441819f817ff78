from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from factures.enums import IssueLitige, MotifLitige
from factures.models.facture import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.models import Geste


class LitigeQuerySet(QuerySetCloisonne["Litige"]):
    def ouverts(self) -> Self:
        return self.filter(clos_le=None)


class Litige(ModeleCloisonne):
    """Le client conteste une facture, en tout ou partie : ses relances s'arrêtent."""

    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="litiges")
    motif = models.CharField("motif", max_length=14, choices=MotifLitige)
    montant_conteste = models.DecimalField(
        "montant contesté", max_digits=14, decimal_places=2, null=True, blank=True
    )
    detail = models.TextField("ce que dit le client", max_length=2000, blank=True)
    responsable = models.CharField("qui s'en occupe", max_length=120, blank=True)
    ouvert_le = models.DateField("ouvert le")
    ouvert_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    clos_le = models.DateField("clos le", null=True, blank=True)
    issue = models.CharField("issue", max_length=10, choices=IssueLitige, blank=True)
    note_issue = models.TextField("comment", max_length=2000, blank=True)
    # Le geste qui l'a ouvert, et celui qui l'a clos ; vides : d'avant les gestes.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    clos_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects: ClassVar = LitigeQuerySet.as_manager()

    class Meta:
        verbose_name = "litige"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "facture"],
                condition=Q(clos_le=None),
                name="litige_un_seul_ouvert_par_facture",
                violation_error_message="Un litige est déjà ouvert sur cette facture.",
            ),
            models.CheckConstraint(
                condition=Q(clos_le=None, issue="") | (Q(clos_le__isnull=False) & ~Q(issue="")),
                name="litige_clos_avec_issue",
            ),
            models.CheckConstraint(
                condition=Q(clos_geste=None) | Q(clos_le__isnull=False),
                name="litige_clos_par_un_geste",
            ),
        ]
        indexes = [
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="litige_par_geste"
            ),
            models.Index(
                fields=["clos_geste"],
                condition=Q(clos_geste__isnull=False),
                name="litige_clos_par_geste",
            ),
        ]

    @property
    def geste_annulable_id(self) -> int | None:
        """Ce qui l'a clos, sinon ce qui l'a ouvert ; ouvert par erreur, il n'en a plus."""
        if self.clos_le is None:
            return self.geste_id
        return None if self.issue == IssueLitige.ANNULE else self.clos_geste_id

    def __str__(self) -> str:
        return f"Litige sur {self.facture_id}"
