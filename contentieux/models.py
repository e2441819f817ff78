from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum
from django.urls import reverse

from clients.models import Client
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Voie
from factures.models import Facture, Piece
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.models import Document
from recouvrement.journal.models import Geste


class DossierQuerySet(QuerySetCloisonne["Dossier"]):
    def ouverts(self) -> Self:
        return self.exclude(etat=EtatDossier.CLOS)

    def en_chiffres(self) -> Self:
        """Annote ce que ses factures doivent encore et ce qu'il a coûté."""
        du = (
            DossierFacture.objects.filter(dossier=OuterRef("pk"), creancier=OuterRef("creancier"))
            .order_by()
            .values("dossier")
            .values(total=Sum("facture__solde"))
        )
        frais = (
            Frais.objects.filter(dossier=OuterRef("pk"), creancier=OuterRef("creancier"))
            .order_by()
            .values("dossier")
            .values(total=Sum("montant"))
        )
        return self.annotate(du=Subquery(du), depense=Subquery(frais))


class Dossier(ModeleCloisonne):
    """Le dossier d'un client : ses factures, la voie, le tribunal, ce qui a été fait."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="dossiers")
    etat = models.CharField(max_length=12, choices=EtatDossier, default=EtatDossier.PREPARATION)
    voie = models.CharField("voie", max_length=16, choices=Voie, default=Voie.INJONCTION_TC)
    tribunal = models.CharField("tribunal", max_length=160, blank=True)
    # Ce que le formulaire de la requête demande en plus des faits connus.
    requete = models.JSONField(default=dict)
    arrete_au = models.DateField("décompte arrêté au", null=True, blank=True)
    ouvert_le = models.DateField("ouvert le")
    ouvert_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    clos_le = models.DateField("clos le", null=True, blank=True)
    issue = models.CharField("issue", max_length=10, choices=IssueDossier, blank=True)
    note_issue = models.TextField("comment", max_length=2000, blank=True)

    # Posés par `en_chiffres`.
    du: Decimal | None
    depense: Decimal | None

    objects: ClassVar = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatDossier.CLOS, clos_le__isnull=False) & ~Q(issue="")
                | ~Q(etat=EtatDossier.CLOS) & Q(clos_le=None, issue=""),
                name="dossier_clos_avec_issue",
            )
        ]
        indexes = [models.Index(fields=["creancier", "etat", "-id"], name="dossier_par_etat")]

    def __str__(self) -> str:
        return f"Dossier {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contentieux:dossier", args=[self.creancier.code, self.pk])


class DossierFacture(ModeleCloisonne):
    """Une facture n'est que dans un dossier ouvert à la fois."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="lignes")
    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="dossiers")
    est_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "facture"],
                condition=Q(est_active=True),
                name="dossier_un_seul_par_facture",
            ),
            models.UniqueConstraint(
                fields=["creancier", "dossier", "facture"], name="dossier_facture_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facture_id} au dossier {self.dossier_id}"


class PieceDossier(ModeleCloisonne):
    """Une pièce du bordereau, à son rang ; un fichier déposé ou un document scellé."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="pieces")
    rang = models.PositiveSmallIntegerField()
    intitule = models.CharField("intitulé", max_length=200)
    piece = models.ForeignKey(
        Piece, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "dossier", "rang"], name="piece_dossier_rang_unique"
            ),
            models.CheckConstraint(
                condition=Q(piece__isnull=False, document=None)
                | Q(piece=None, document__isnull=False),
                name="piece_dossier_une_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rang}. {self.intitule}"


class DocumentDossier(ModeleCloisonne):
    """Un acte préparé pour le dossier : décompte, projet de requête, bordereau."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    prepare_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "dossier", "document"], name="document_dossier_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} au dossier {self.dossier_id}"


class EvenementDossierQuerySet(QuerySetCloisonne["EvenementDossier"]):
    def qui_tiennent(self) -> Self:
        """Les étapes dont le geste n'est pas annulé ; les notes n'en sont pas."""
        return self.exclude(etat="").filter(geste__annulation=None)


class EvenementDossier(ModeleCloisonne):
    """Ce qui arrive au dossier : un changement d'état daté, ou une note."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="evenements")
    etat = models.CharField(max_length=12, choices=EtatDossier, blank=True)
    le = models.DateField("le")
    note = models.TextField("note", max_length=4000, blank=True)
    auteur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    inscrit_le = models.DateTimeField(auto_now_add=True)
    # Vide : une note, ou d'avant les gestes.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects: ClassVar = EvenementDossierQuerySet.as_manager()

    class Meta:
        ordering = ["-le", "-id"]
        indexes = [
            models.Index(
                fields=["geste"],
                condition=Q(geste__isnull=False),
                name="evenement_dossier_par_geste",
            ),
        ]

    def __str__(self) -> str:
        return self.note[:60] or self.get_etat_display()

    @property
    def est_annule(self) -> bool:
        return self.geste is not None and self.geste.est_annule


class Frais(ModeleCloisonne):
    """Une dépense du dossier."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="frais")
    nature = models.CharField("nature", max_length=12, choices=NatureFrais)
    libelle = models.CharField("libellé", max_length=160)
    montant = models.DecimalField("montant", max_digits=12, decimal_places=2)
    le = models.DateField("le")

    class Meta:
        verbose_name = "frais"
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="frais_montant_positif",
                violation_error_message="Le montant doit être supérieur à zéro.",
            )
        ]

    def __str__(self) -> str:
        return self.libelle
