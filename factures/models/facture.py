from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse

from clients.models import Client
from factures.enums import DureePrescription, NatureFacture, SituationDelai
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.socle.montants import ZERO, arrondir


class FactureQuerySet(QuerySetCloisonne["Facture"]):
    """Filtres au féminin pluriel, chaînables ; aucun ne lit l'horloge."""

    def creances(self) -> Self:
        """Factures et acomptes ; un avoir n'est pas dû. Dit comme les index partiels le disent."""
        return self.filter(est_avoir=False)

    def avoirs(self) -> Self:
        return self.filter(est_avoir=True)

    def ouvertes(self) -> Self:
        """Ce qui reste dû. La condition est celle de l'index partiel : l'écrire pareil."""
        return self.filter(solde__gt=0, est_avoir=False)

    def echues(self, *, au: date) -> Self:
        return self.filter(date_echeance__lt=au)

    def a_echoir(self, *, au: date) -> Self:
        return self.filter(date_echeance__gte=au)

    def hors_contentieux(self) -> Self:
        return self.filter(contentieux_depuis=None)

    def reste_du(self) -> Decimal:
        """La somme de ce qui reste dû."""
        return arrondir(self.aggregate(total=Sum("solde"))["total"] or ZERO)


class Facture(ModeleCloisonne):
    """Une créance (ou un avoir). `solde` : seules les imputations le changent, sous verrou."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="factures")
    numero = models.CharField("numéro", max_length=80)
    # Une facture payable en plusieurs fois : une ligne par échéance, le même numéro.
    tranche = models.PositiveSmallIntegerField("échéance", default=1, editable=False)
    tranches = models.PositiveSmallIntegerField("nombre d'échéances", default=1, editable=False)
    nature = models.CharField(
        "nature", max_length=8, choices=NatureFacture, default=NatureFacture.FACTURE
    )
    # Redit `nature` pour les index partiels, tenu par une contrainte.
    est_avoir = models.BooleanField(default=False, editable=False)
    libelle = models.CharField("objet", max_length=250, blank=True)
    reference_commande = models.CharField("référence de commande", max_length=100, blank=True)
    date_emission = models.DateField("date d'émission")
    date_echeance = models.DateField("date d'échéance")
    date_prestation = models.DateField("fin de la prestation", null=True, blank=True)
    devise = models.CharField(max_length=3, default="EUR", editable=False)
    montant_ht = models.DecimalField(
        "montant HT", max_digits=14, decimal_places=2, null=True, blank=True
    )
    montant_tva = models.DecimalField(
        "montant de la TVA", max_digits=14, decimal_places=2, null=True, blank=True
    )
    montant_ttc = models.DecimalField("montant TTC", max_digits=14, decimal_places=2)
    solde = models.DecimalField("reste dû", max_digits=14, decimal_places=2, editable=False)
    soldee_le = models.DateField("soldée le", null=True, blank=True, editable=False)
    # Grandit quand une facture soldée redevient due : ses étapes peuvent recommencer.
    cycle = models.PositiveSmallIntegerField(default=1, editable=False)
    # Rang de l'étape du scénario par laquelle elle entre (0 : la première).
    rang_entree = models.PositiveSmallIntegerField(default=0)
    contentieux_depuis = models.DateField("au contentieux depuis", null=True, blank=True)
    # Contre un particulier, les intérêts ne courent qu'à partir de là (C. civ., art. 1344-1).
    mise_en_demeure_recue_le = models.DateField("mise en demeure reçue le", null=True, blank=True)
    # Vide : la durée que donnent la nature du client et la sienne.
    duree_prescription = models.CharField(
        "durée de prescription", max_length=24, choices=DureePrescription, blank=True
    )
    situation_delai = models.CharField(
        "délai de paiement convenu", max_length=24, choices=SituationDelai, blank=True
    )
    # Pourquoi elle ne se réclame pas tant qu'une référence n'est pas tranchée ; tenu à jour par
    # `actions.references`, et par elle seule.
    en_question = models.CharField(max_length=250, blank=True, editable=False)
    # Les mentions vues sur la facture ; None : personne ne l'a encore vérifiée.
    mentions_vues = models.JSONField("mentions vues", null=True, blank=True, editable=False)
    importation = models.ForeignKey(
        "factures.Importation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="factures",
    )
    cree_le = models.DateTimeField("créée le", auto_now_add=True)

    # Posés par une lecture : le palier des relances, les litiges, le dernier jour utile.
    palier_atteint: int
    nom_palier: str
    litiges_ouverts: list[Any]
    reclamable_jusqu_au: date | None

    objects: ClassVar = FactureQuerySet.as_manager()

    class Meta:
        verbose_name = "facture"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "numero", "tranche"],
                name="facture_numero_unique_par_creancier",
                violation_error_message="Ce numéro de facture existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(tranche__gte=1, tranche__lte=F("tranches"))
                & (Q(tranches=1) | Q(est_avoir=False)),
                name="facture_tranche_bornee",
            ),
            models.CheckConstraint(
                condition=Q(montant_ttc__gt=0),
                name="facture_montant_positif",
                violation_error_message="Le montant doit être supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(solde__gte=0, solde__lte=F("montant_ttc")),
                name="facture_solde_entre_zero_et_montant",
                violation_error_message="Le reste dû doit rester entre zéro et le montant.",
            ),
            models.CheckConstraint(
                condition=Q(nature=NatureFacture.AVOIR, est_avoir=True)
                | Q(nature__in=["facture", "acompte"], est_avoir=False),
                name="facture_est_avoir_suit_nature",
            ),
            models.CheckConstraint(condition=Q(devise="EUR"), name="facture_en_euros"),
        ]
        indexes = [
            models.Index(
                fields=["creancier", "date_echeance", "id"],
                condition=Q(solde__gt=0, est_avoir=False),
                include=["solde", "client", "date_emission"],
                name="facture_ouverte_par_echeance",
            ),
            models.Index(
                fields=["creancier", "client", "date_echeance"],
                condition=Q(solde__gt=0, est_avoir=False),
                name="facture_ouverte_par_client",
            ),
            models.Index(
                fields=["creancier", "client", "-date_emission"], name="facture_par_client"
            ),
            models.Index(fields=["creancier", "-date_emission", "-id"], name="facture_recente"),
            models.Index(
                fields=["creancier", "date_echeance", "id"],
                condition=Q(solde=0),
                name="facture_soldee_par_echeance",
            ),
            models.Index(
                fields=["creancier", "date_echeance"],
                condition=Q(solde__gt=0, est_avoir=False, contentieux_depuis__isnull=False),
                include=["solde"],
                name="facture_au_contentieux",
            ),
            # La prescription peut courir de la prestation : ses dates se cherchent aussi.
            models.Index(
                fields=["creancier", "date_prestation"],
                condition=Q(solde__gt=0, est_avoir=False, date_prestation__isnull=False),
                name="facture_ouverte_par_prestation",
            ),
            models.Index(
                fields=["creancier", "date_emission"],
                condition=Q(solde__gt=0, est_avoir=False) & ~Q(duree_prescription=""),
                name="facture_a_duree_choisie",
            ),
            models.Index(
                fields=["creancier", "client"],
                condition=Q(solde__gt=0, est_avoir=True),
                name="facture_avoir_disponible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {self.reference}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.est_avoir = self.nature == NatureFacture.AVOIR
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("factures:detail", args=[self.creancier.code, self.pk])

    @property
    def arrondi(self) -> Decimal:
        """L'écart entre le montant dû et HT + TVA (BT-114) ; nul si l'un des deux n'est pas su."""
        if self.montant_ht is None or self.montant_tva is None:
            return ZERO
        return self.montant_ttc - self.montant_ht - self.montant_tva

    @property
    def nee_le(self) -> date:
        """L'émission, ou l'échéance qui la précède : un loyer est dû sans attendre sa facture."""
        return min(self.date_emission, self.date_echeance)

    @property
    def reference(self) -> str:
        """Ce qui la désigne partout : son numéro, et laquelle de ses échéances."""
        if self.tranches == 1:
            return self.numero
        return f"{self.numero} ({self.tranche}/{self.tranches})"

    @property
    def est_une_tranche(self) -> bool:
        return self.tranches > 1

    @property
    def est_soldee(self) -> bool:
        return self.solde == 0

    @property
    def est_entamee(self) -> bool:
        """Un règlement ou un avoir l'a déjà payée, en tout ou partie."""
        return self.solde != self.montant_ttc

    @property
    def est_reglee_en_retard(self) -> bool:
        """Ni ses intérêts ni les 40 € ne s'éteignent avec son principal."""
        soldee_le = None if self.est_avoir else self.soldee_le
        return soldee_le is not None and soldee_le > self.date_echeance

    def est_echue(self, *, au: date) -> bool:
        return self.date_echeance < au

    def jours_de_retard(self, *, au: date) -> int:
        return max((au - self.date_echeance).days, 0)
