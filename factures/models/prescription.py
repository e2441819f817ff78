from django.db import models
from django.db.models import F, Q

from factures.enums import ActePrescription
from factures.models.facture import Facture
from factures.models.piece import Piece
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.socle import formats


class EvenementPrescription(ModeleCloisonne):
    """Un acte qui interrompt ou suspend la prescription d'une facture, et sa preuve."""

    facture = models.ForeignKey(
        Facture, on_delete=models.PROTECT, related_name="evenements_prescription"
    )
    acte = models.CharField("acte", max_length=30, choices=ActePrescription)
    le = models.DateField("en date du")
    fin = models.DateField("jusqu'au", null=True, blank=True)
    preuve = models.CharField("ce qui le prouve", max_length=250)
    piece = models.ForeignKey(
        Piece, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Désistement, péremption, rejet, ou saisie par erreur : gardé, sans effet.
    non_avenu_motif = models.CharField("non avenu parce que", max_length=250, blank=True)
    saisi_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    saisi_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "acte de prescription"
        constraints = [
            models.CheckConstraint(
                condition=Q(fin=None) | Q(fin__gte=F("le")), name="prescription_fin_apres_debut"
            ),
            models.CheckConstraint(condition=~Q(preuve=""), name="prescription_prouvee"),
        ]
        indexes = [models.Index(fields=["creancier", "facture"], name="prescription_par_facture")]

    def __str__(self) -> str:
        return f"{self.get_acte_display()} du {formats.jour(self.le)}"
