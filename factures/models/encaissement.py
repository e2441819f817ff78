from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from clients.models import Client
from factures.enums import MOYENS_SANS_ARGENT, Moyen, OrdreImputation
from factures.models.facture import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.immuable import Protection
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from recouvrement.socle.montants import ZERO


class EncaissementQuerySet(QuerySetCloisonne["Encaissement"]):
    def valables(self) -> Self:
        """Ni annulés, ni contre-écritures : ce qui a vraiment été reçu."""
        return self.filter(annule=None, contre_ecriture=None)

    def d_argent(self) -> Self:
        """L'argent entré (contre-écritures comprises, négatives) ; un avoir n'en est pas."""
        return self.exclude(moyen__in=MOYENS_SANS_ARGENT)


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
    # Ce que le débiteur a indiqué ou le créancier accepté pour lui ; vide : la convention.
    ordre = models.CharField("il paye d'abord", max_length=16, choices=OrdreImputation, blank=True)
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
    # Le règlement, l'import ou l'annulation dont il vient ; vide : d'avant les gestes.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects: ClassVar = EncaissementQuerySet.as_manager()
    # Sa part disponible suit les imputations, son client une fusion de fiches. Seul s'efface ce
    # qu'un import a écrit, quand il se défait : déjà versé, avoir employé, facture remplacée.
    protections = (
        Protection(
            "factures_encaissement",
            "Un règlement ne se récrit pas : il s'annule par une contre-écriture",
            modifiable=(
                "{egales:id,creancier_id,montant,recu_le,moyen,reference,note,ordre,avoir_id,"
                "annule_id,motif_annulation,cle_saisie,saisi_par_id,saisi_le,geste_id}"
            ),
            effacable=(
                "OLD.annule_id IS NULL AND OLD.disponible = 0 AND (OLD.moyen = 'deja_verse' "
                "OR (OLD.moyen IN ('avoir', 'remplacement') AND OLD.note = 'D''après l''import'))"
            ),
        ),
    )

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
            models.Index(
                fields=["creancier", "client"],
                condition=Q(disponible__gt=0),
                name="encaissement_disponible",
            ),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="encaissement_par_geste"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_moyen_display()} du {formats.jour(self.recu_le)}"

    def get_absolute_url(self) -> str:
        return reverse("factures:recu", args=[self.creancier.code, self.pk])

    @property
    def annulation(self) -> "Encaissement | None":
        """La contre-écriture qui l'annule, s'il en a une."""
        return getattr(self, "contre_ecriture", None)

    @property
    def est_de_l_argent(self) -> bool:
        """Une somme est entrée ; un avoir ou un remplacement éteint sans rien apporter."""
        return self.moyen not in MOYENS_SANS_ARGENT

    @property
    def est_neutralise(self) -> bool:
        """Annulé, ou l'écriture qui annule : elles se défont l'une l'autre."""
        return self.annule_id is not None or self.annulation is not None


class ImputationQuerySet(QuerySetCloisonne["Imputation"]):
    def valables(self) -> Self:
        """Celles de règlements valables : ni annulés, ni contre-écritures."""
        return self.filter(encaissement__annule=None, encaissement__contre_ecriture=None)


class Imputation(ModeleCloisonne):
    """La part d'un encaissement qui paye une facture ; négative dans une contre-écriture.

    `montant` paye le nominal (le solde de la facture), `accessoires` ce qui est dû en plus :
    intérêts et 40 €. Ce que l'un et l'autre éteignent dans l'ordre du droit se déduit (décompte).
    `rendus` : ce qu'elle payait, qui n'est plus dû, et que le règlement a de nouveau disponible.
    """

    encaissement = models.ForeignKey(
        Encaissement, on_delete=models.PROTECT, related_name="imputations"
    )
    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="imputations")
    montant = models.DecimalField(max_digits=14, decimal_places=2)
    accessoires = models.DecimalField(max_digits=14, decimal_places=2, default=ZERO)
    rendus = models.DecimalField(max_digits=14, decimal_places=2, default=ZERO)
    le = models.DateField("date d'effet")

    # Posé par une lecture : ce qu'elle a éteint, en toutes lettres.
    eteint: str

    objects: ClassVar = ImputationQuerySet.as_manager()

    # Un second versement du même règlement s'ajoute à sa part ; rien ne la réduit. Des accessoires
    # reviennent au nominal quand celui-ci redevient dû, au règlement quand eux ne le sont plus : la
    # somme des trois, elle, ne baisse jamais.
    protections = (
        Protection(
            "factures_imputation",
            "Une imputation ne se récrit pas : elle s'annule par une contre-écriture",
            modifiable=(
                "{egales:id,creancier_id,encaissement_id,facture_id,le} "
                "AND ({egales:montant,accessoires,rendus} OR (OLD.montant >= 0 "
                "AND OLD.accessoires >= 0 AND NEW.montant >= OLD.montant "
                "AND round(NEW.montant + NEW.accessoires + NEW.rendus, 2) >= "
                "round(OLD.montant + OLD.accessoires + OLD.rendus, 2)))"
            ),
            effacable=(
                "EXISTS (SELECT 1 FROM factures_encaissement e WHERE e.id = OLD.encaissement_id "
                "AND e.annule_id IS NULL AND (e.moyen = 'deja_verse' OR (e.moyen IN "
                "('avoir', 'remplacement') AND e.note = 'D''après l''import')))"
            ),
        ),
    )

    class Meta:
        verbose_name = "imputation"
        constraints = [
            models.CheckConstraint(
                condition=~Q(montant=0, accessoires=0, rendus=0), name="imputation_non_nulle"
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0, accessoires__gte=0, rendus__gte=0)
                | Q(montant__lte=0, accessoires__lte=0, rendus=0),
                name="imputation_d_un_seul_signe",
            ),
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
        return f"{self.somme} € sur {self.facture_id}"

    @property
    def somme(self) -> Decimal:
        return self.montant + self.accessoires
