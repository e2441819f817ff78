from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from factures.enums import IssueReference
from factures.models.encaissement import Encaissement
from factures.models.facture import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne


class ReferenceQuerySet(QuerySetCloisonne["ReferenceFacture"]):
    def sans_reponse(self) -> Self:
        """Ni appliquées ni écartées. Un avoir employé n'a plus rien à viser."""
        return self.filter(Q(facture__est_avoir=False) | Q(facture__solde__gt=0), issue="")

    def qui_retiennent(self) -> Self:
        """Tant que personne n'a répondu, une facture ouverte ne se réclame pas à cause d'elles."""
        visees = Facture.objects.filter(creancier=OuterRef("creancier"), numero=OuterRef("numero"))
        retenue = Exists(visees.ouvertes().exclude(en_question=""))
        return self.sans_reponse().filter(retenue | ~Q(facture__en_question=""))


class ReferenceFacture(ModeleCloisonne):
    """Ce qu'un avoir ou une rectificative dit viser (BT-25) : un numéro, connu ici ou non."""

    facture = models.ForeignKey(Facture, on_delete=models.CASCADE, related_name="references")
    numero = models.CharField("numéro visé", max_length=80)
    # Ce qu'une personne en a décidé, ou l'import quand rien ne s'y opposait ; vide : à trancher.
    issue = models.CharField(max_length=10, choices=IssueReference, blank=True)
    # Ce qui a éteint l'originale ; l'annuler rouvre la question.
    remplacement = models.OneToOneField(
        Encaissement, on_delete=models.SET_NULL, null=True, related_name="reference_appliquee"
    )

    objects: ClassVar = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = "référence d'une facture à une autre"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "facture", "numero"], name="reference_unique_par_facture"
            ),
            models.CheckConstraint(condition=~Q(numero=""), name="reference_nomme_une_facture"),
            models.CheckConstraint(
                condition=Q(issue__in=["", *IssueReference.values]), name="reference_issue_connue"
            ),
            models.CheckConstraint(
                condition=Q(remplacement=None) | Q(issue=IssueReference.APPLIQUEE),
                name="reference_remplacement_applique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["creancier", "numero"], condition=Q(issue=""), name="reference_a_trancher"
            )
        ]

    def __str__(self) -> str:
        return f"{self.facture_id} vise {self.numero}"
