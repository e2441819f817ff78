from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from clients.models import Client
from factures.models import Piece
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.models import Document
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from relances.enums import CANAUX_POSTAUX, Canal, EtatCourrier
from relances.models.relance import Relance


class CourrierQuerySet(QuerySetCloisonne["Courrier"]):
    def a_poster(self) -> Self:
        return self.filter(etat=EtatCourrier.A_POSTER)


class Courrier(ModeleCloisonne):
    """Une lettre scellée et ce qu'elle devient : postée, présentée, distribuée, refusée…"""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="courriers")
    relance = models.OneToOneField(Relance, on_delete=models.PROTECT, related_name="courrier")
    canal = models.CharField(max_length=16, choices=Canal)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    etat = models.CharField(max_length=12, choices=EtatCourrier, default=EtatCourrier.A_POSTER)
    numero_suivi = models.CharField("numéro de suivi", max_length=30, blank=True)
    poste_le = models.DateField("posté le", null=True, blank=True)
    presente_le = models.DateField("présenté le", null=True, blank=True)
    distribue_le = models.DateField("distribué, refusé ou retourné le", null=True, blank=True)
    preuve_depot = models.ForeignKey(
        Piece, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    avis_reception = models.ForeignKey(
        Piece, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    poste_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prepare_le = models.DateTimeField(auto_now_add=True)
    # Le geste qui l'a préparée, celui qui l'a dite postée, le dernier mot de la poste.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    poste_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    suivi_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects: ClassVar = CourrierQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier"
        constraints = [
            models.CheckConstraint(
                condition=Q(canal__in=CANAUX_POSTAUX), name="courrier_canal_postal"
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatCourrier.A_POSTER, EtatCourrier.ANNULE])
                | Q(poste_le__isnull=False),
                name="courrier_poste_date",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "etat", "-id"], name="courrier_par_etat"),
            models.Index(fields=["creancier", "client", "-id"], name="courrier_par_client"),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="courrier_par_geste"
            ),
            models.Index(
                fields=["poste_geste"],
                condition=Q(poste_geste__isnull=False),
                name="courrier_poste_par_geste",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_canal_display()} à {self.client_id}"


class MiseEnDemeure(ModeleCloisonne):
    """La sommation de payer : un décompte figé, un délai, et la vie de son recommandé."""

    courrier = models.OneToOneField(
        Courrier, on_delete=models.PROTECT, related_name="mise_en_demeure"
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="mises_en_demeure")
    arretee_au = models.DateField("décompte arrêté au")
    delai_jours = models.PositiveSmallIntegerField("délai laissé, en jours", default=8)
    principal = models.DecimalField(max_digits=14, decimal_places=2)
    interets = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    indemnites = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    # Le décompte tel qu'imprimé, montants en texte.
    decompte = models.JSONField(default=dict)

    class Meta:
        verbose_name = "mise en demeure"
        constraints = [
            models.CheckConstraint(
                condition=Q(principal__gt=0, interets__gte=0, indemnites__gte=0),
                name="mise_en_demeure_sommes",
            )
        ]

    def __str__(self) -> str:
        return f"Mise en demeure du {formats.jour(self.arretee_au)}"

    @property
    def total(self) -> Decimal:
        return self.principal + self.interets + self.indemnites

    @property
    def reclame(self) -> Decimal:
        """Ce que la lettre demande : le total, moins ce qui y est nommé « à déduire »."""
        montant = self.courrier.relance.montant
        return self.total if montant is None else montant

    @property
    def deduction(self) -> Decimal:
        return self.reclame - self.total
