from django.db import models
from django.db.models import F, Q

from clients.models import Client
from factures.enums import NatureProcedure
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.models import Document
from recouvrement.socle import formats


class ProcedureOuverte(ModeleCloisonne):
    """Le débiteur est en sauvegarde, redressement ou liquidation ; la créance se déclare."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="procedure")
    nature = models.CharField("nature", max_length=12, choices=NatureProcedure)
    jugement_le = models.DateField("jugement d'ouverture du")
    tribunal = models.CharField("tribunal", max_length=120, blank=True)
    publication_le = models.DateField("publiée au BODACC le", null=True, blank=True)
    representant = models.CharField("mandataire ou liquidateur", max_length=120, blank=True)
    representant_adresse = models.CharField("son adresse", max_length=250, blank=True)
    declaree_le = models.DateField("créance déclarée le", null=True, blank=True)
    declaration = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    saisie_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "procédure collective"
        constraints = [
            models.CheckConstraint(
                condition=Q(publication_le=None) | Q(publication_le__gte=F("jugement_le")),
                name="procedure_publiee_apres_jugement",
                violation_error_message="La publication suit le jugement.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} du {formats.jour(self.jugement_le)}"
