from django.db import models
from django.db.models import Q

from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.immuable import Protection


class Document(ModeleCloisonne):
    """Un PDF scellé : ses octets sous leur empreinte, le gabarit et les données qui l'ont fait."""

    nature = models.CharField(max_length=30)
    titre = models.CharField(max_length=200)
    nom_fichier = models.CharField(max_length=150)
    empreinte = models.CharField(max_length=64)
    taille = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    gabarit = models.CharField(max_length=100)
    version_gabarit = models.CharField(max_length=64)
    # Montants et dates en texte : ce que le document affirme, relisible sans le PDF.
    donnees = models.JSONField(default=dict)
    cree_le = models.DateTimeField()

    protections = (Protection("documents_document", "Un document scellé ne se modifie pas"),)

    class Meta:
        verbose_name = "document"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "nature", "empreinte"], name="document_scelle_une_fois"
            ),
            models.CheckConstraint(condition=Q(taille__gt=0), name="document_non_vide"),
        ]

    def __str__(self) -> str:
        return self.titre


class Depot(ModeleCloisonne):
    """Un fichier qu'un créancier garde au magasin : c'est ce que comptent ses quotas."""

    empreinte = models.CharField(max_length=64)
    taille = models.PositiveIntegerField()
    # Vide : l'application l'a écrit elle-même (un document scellé).
    par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "fichier gardé"
        constraints = [
            models.UniqueConstraint(fields=["creancier", "empreinte"], name="depot_une_fois"),
        ]
        indexes = [
            models.Index(fields=["creancier", "-le"], include=["taille"], name="depot_par_date"),
        ]

    def __str__(self) -> str:
        return self.empreinte


class Export(models.Model):
    """Une liste emportée par une personne : de quoi en borner le nombre par heure."""

    par = models.ForeignKey(Utilisateur, on_delete=models.CASCADE, related_name="+", db_index=False)
    page = models.CharField(max_length=80)
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "export"
        indexes = [models.Index(fields=["par", "-le"], name="export_par_personne")]

    def __str__(self) -> str:
        return self.page
