from django.db import models
from django.db.models import Q

from factures.enums import EtatImport, SortLigne
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.models import Geste


class Importation(ModeleCloisonne):
    """Un lot de fichiers déposé, lu, montré, puis écrit en une transaction, ou abandonné."""

    nom = models.CharField("fichier", max_length=255)
    # Les octets déposés, rejoués à la validation : [{nom, empreinte, taille}].
    fichiers = models.JSONField(default=list)
    correspondance = models.JSONField("colonnes", default=dict)
    options = models.JSONField(default=dict)
    etat = models.CharField(max_length=10, choices=EtatImport, default=EtatImport.APERCU)
    depose_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    depose_le = models.DateTimeField(auto_now_add=True)
    valide_le = models.DateTimeField(null=True, blank=True)
    # Le geste qui l'a enregistré : ce qu'il a écrit d'autre le désigne aussi.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "import"
        indexes = [
            models.Index(fields=["creancier", "-id"], name="importation_recente"),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="importation_par_geste"
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class LigneImport(ModeleCloisonne):
    """Ce que l'on a lu d'une ligne (ou d'un fichier), et ce qu'il en advient."""

    importation = models.ForeignKey(Importation, on_delete=models.CASCADE, related_name="lignes")
    rang = models.PositiveIntegerField()
    origine = models.CharField("d'où elle vient", max_length=255)
    sort = models.CharField(max_length=10, choices=SortLigne)
    # Valeurs lues, refus et alertes par champ : ce que montre l'aperçu.
    lu = models.JSONField(default=dict)
    refus = models.JSONField(default=list)
    alertes = models.JSONField(default=list)
    facture = models.ForeignKey(
        "factures.Facture", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "ligne d'import"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "importation", "rang"], name="ligne_import_unique"
            )
        ]

    def __str__(self) -> str:
        return self.origine


class CorrespondanceColonnes(ModeleCloisonne):
    """Les colonnes d'un tableur déjà rencontré chez ce créancier, telles qu'on les a corrigées."""

    signature = models.CharField("en-têtes", max_length=64)
    colonnes = models.JSONField(default=dict)
    modifiee_le = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "signature"], name="correspondance_unique_par_entetes"
            )
        ]

    def __str__(self) -> str:
        return self.signature
