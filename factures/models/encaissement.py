from django.db import models
from django.db.models import F, Q

from clients.models import Client
from factures.enums import Moyen
from factures.models.facture import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur


class EncaissementQuerySet(QuerySetCloisonne):
    def valables(self):
        """Ni annulés, ni contre-écritures : ce qui a vraiment été reçu."""
        return self.filter(annule=None, contre_ecriture=None)

    def d_argent(self):
        """L'argent entré (contre-écritures comprises, négatives) ; un avoir n'en est pas."""
        return self.exclude(moyen__in=[Moyen.AVOIR, Moyen.COMPENSATION])


class Encaissement(ModeleCloisonne):
    """Une somme reçue, ou un avoir utilisé. Jamais effacé : annulé par une contre-écriture."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="encaissements")
    # Négatif pour une contre-écriture seulement.
    montant = models.DecimalField("montant", max_digits=14, decimal_places=2)
    # Ce qui n'est encore imputé sur aucune facture.
    disponible = models.DecimalField(max_digits=14, decimal_places=2, editable=False)
    recu_le = models.DateField("reçu le")
    moyen = models.CharField("moyen", max_length=12, choices=Moyen, default=Moyen.VIREMENT)
    reference = models.CharField("référence", max_length=120, blank=True)
    note = models.CharField("note", max_length=250, blank=True)
    avoir = models.ForeignKey(
        Facture, on_delete=models.PROTECT, null=True, blank=True, related_name="utilisations"
    )
    annule = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="contre_ecriture"
    )
    motif_annulation = models.CharField(max_length=200, blank=True)
    # Même clé de formulaire, même encaissement : un double clic n'en fait pas deux.
    cle_saisie = models.UUIDField(null=True, blank=True, editable=False)
    saisi_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saisi_le = models.DateTimeField(auto_now_add=True)

    objects = EncaissementQuerySet.as_manager()

    class Meta:
        verbose_name = "règlement"
        constraints = [
            models.CheckConstraint(
                condition=Q(annule=None, montant__gt=0) | Q(annule__isnull=False, montant__lt=0),
                name="encaissement_signe",
                violation_error_message="Le montant doit être supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(disponible__gte=0)
                & (Q(annule__isnull=False) | Q(disponible__lte=F("montant"))),
                name="encaissement_disponible_borne",
            ),
            models.CheckConstraint(
                condition=Q(avoir=None) | Q(moyen=Moyen.AVOIR), name="encaissement_avoir_nomme"
            ),
            models.UniqueConstraint(
                fields=["creancier", "cle_saisie"],
                condition=Q(cle_saisie__isnull=False),
                name="encaissement_saisi_une_fois",
            ),
        ]
        indexes = [
            models.Index(
                fields=["creancier", "-recu_le", "-id"],
                include=["montant", "moyen"],
                name="encaissement_recent",
            ),
            models.Index(fields=["creancier", "client", "-recu_le"], name="encaissement_client"),
        ]

    def __str__(self) -> str:
        return f"{self.get_moyen_display()} du {self.recu_le:%d/%m/%Y}"

    @property
    def annulation(self) -> "Encaissement | None":
        """La contre-écriture qui l'annule, s'il en a une."""
        return getattr(self, "contre_ecriture", None)


class Imputation(ModeleCloisonne):
    """La part d'un encaissement qui paye une facture ; négative dans une contre-écriture."""

    encaissement = models.ForeignKey(
        Encaissement, on_delete=models.PROTECT, related_name="imputations"
    )
    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="imputations")
    montant = models.DecimalField(max_digits=14, decimal_places=2)
    le = models.DateField("date d'effet")

    class Meta:
        verbose_name = "imputation"
        constraints = [
            models.CheckConstraint(condition=~Q(montant=0), name="imputation_non_nulle"),
            models.UniqueConstraint(
                fields=["creancier", "encaissement", "facture"],
                name="imputation_unique_par_facture",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "facture"], name="imputation_par_facture"),
            models.Index(
                fields=["creancier", "le"],
                include=["facture", "montant"],
                name="imputation_par_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.montant} € sur {self.facture_id}"
