from django.db import models
from django.db.models import Q

from clients.models import Client
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.journal.models import Geste


class DebiteurReconnu(ModeleCloisonne):
    """Ce qu'une personne a répondu une fois : le débiteur que ce nom désigne dans ses fichiers."""

    # Nom, ville, SIREN, TVA et code lus, chacun sous sa forme de recherche.
    cle = models.CharField("ce que dit le fichier", max_length=600)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    # L'import où elle l'a dit.
    geste = models.ForeignKey(Geste, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = "débiteur reconnu"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "cle"], name="debiteur_reconnu_une_fois_par_cle"
            ),
            models.CheckConstraint(condition=~Q(cle=""), name="debiteur_reconnu_cle_presente"),
        ]
        indexes = [models.Index(fields=["geste"], name="debiteur_reconnu_par_geste")]

    def __str__(self) -> str:
        return self.cle
