from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Q

from clients.models import Client
from factures.enums import BaseJours, OrdreImputation
from factures.models.facture import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.socle.montants import ZERO


class ConventionQuerySet(QuerySetCloisonne["Convention"]):
    def du_client(self, client: Client | OuterRef) -> Self:
        """Celles qui peuvent s'appliquer à ce client, de la plus ancienne à la plus récente."""
        return self.filter(
            Q(client=None, facture=None) | Q(client=client) | Q(facture__client=client)
        ).order_by("pk")


class Convention(ModeleCloisonne):
    """Ce qui a été convenu ou choisi, pour tout un créancier, un client ou une facture.

    Jamais modifiée : on en pose une nouvelle, et la plus récente de la portée la plus précise vaut.
    """

    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="conventions"
    )
    facture = models.ForeignKey(
        Facture, on_delete=models.PROTECT, null=True, blank=True, related_name="conventions"
    )
    taux_contractuel = models.DecimalField(
        "taux annuel convenu (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    base_jours = models.CharField(
        "base de calcul", max_length=6, choices=BaseJours, default=BaseJours.CIVILE
    )
    imputation = models.CharField(
        "un règlement paie d'abord",
        max_length=16,
        choices=OrdreImputation,
        default=OrdreImputation.INTERETS,
    )
    renonce_interets = models.BooleanField("renoncer à tous les intérêts", default=False)
    renonce_indemnite = models.BooleanField("renoncer aux 40 €", default=False)
    # En partie : sur une facture seulement, sans quoi la remise se répéterait.
    remise_interets = models.DecimalField(
        "remise sur les intérêts", max_digits=14, decimal_places=2, default=ZERO
    )
    remise_indemnite = models.DecimalField(
        "remise sur les 40 €", max_digits=5, decimal_places=2, default=ZERO
    )
    # C. civ., art. 1343-2 : le contrat dit que les intérêts d'une année entière en portent.
    capitalisation_depuis = models.DateField(
        "intérêts capitalisés, au contrat, depuis", null=True, blank=True
    )
    # C. com., art. L622-28 : prêt ou paiement différé d'un an ou plus.
    interets_maintenus = models.BooleanField(
        "intérêts maintenus en procédure collective", default=False
    )
    motif = models.CharField("pourquoi", max_length=250)
    posee_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    posee_le = models.DateField("posée le")

    objects: ClassVar = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        constraints = [
            models.CheckConstraint(
                condition=Q(client=None) | Q(facture=None), name="convention_une_seule_portee"
            ),
            models.CheckConstraint(
                condition=Q(taux_contractuel=None) | Q(taux_contractuel__gte=0),
                name="convention_taux_non_negatif",
            ),
            models.CheckConstraint(
                condition=Q(remise_interets=0, remise_indemnite=0) | Q(facture__isnull=False),
                name="convention_remise_sur_une_facture",
            ),
            models.CheckConstraint(
                condition=Q(remise_interets__gte=0, remise_indemnite__gte=0),
                name="convention_remise_non_negative",
            ),
            models.CheckConstraint(condition=~Q(motif=""), name="convention_motivee"),
        ]
        indexes = [models.Index(fields=["creancier", "client"], name="convention_par_client")]

    def __str__(self) -> str:
        return f"Convention {self.portee}"

    @property
    def portee(self) -> str:
        if self.facture is not None:
            return f"de la facture {self.facture.reference}"
        if self.client is not None:
            return f"du client {self.client.nom}"
        return "de tout le créancier"
