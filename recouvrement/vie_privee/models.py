from datetime import date
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q

from clients.models import Client
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.droit.conservation import DU_CREANCIER, PAR_CLE
from recouvrement.droit.mois import ajouter_mois
from recouvrement.socle import formats
from recouvrement.vie_privee.enums import NatureDemande

GENRES = [(c.cle, c.quoi) for c in DU_CREANCIER]
BORNES = reduce(
    or_, (Q(genre=c.cle, mois__gte=c.minimum, mois__lte=c.maximum) for c in DU_CREANCIER)
)


class Demande(ModeleCloisonne):
    """Ce qu'une personne a demandé de ses données, et ce qui lui a été répondu."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="demandes")
    nature = models.CharField("demande", max_length=14, choices=NatureDemande)
    recue_le = models.DateField("reçue le")
    objet = models.TextField("ce qui est demandé", max_length=2000, blank=True)
    repondue_le = models.DateField("répondue le", null=True, blank=True)
    reponse = models.TextField("ce qui a été répondu", max_length=2000, blank=True)
    notee_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    notee_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "demande d'une personne"
        constraints = [
            models.CheckConstraint(
                condition=Q(nature__in=NatureDemande.values), name="demande_nature_connue"
            ),
            models.CheckConstraint(
                condition=Q(repondue_le=None) | Q(repondue_le__gte=F("recue_le")),
                name="demande_repondue_apres",
                violation_error_message="La réponse ne peut pas précéder la demande.",
            ),
        ]
        indexes = [models.Index(fields=["creancier", "client", "-id"], name="demande_par_client")]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} du {formats.jour(self.recue_le)}"

    @property
    def a_repondre_avant(self) -> date:
        """Un mois (RGPD, art. 12, 3)."""
        return ajouter_mois(self.recue_le, 1)


class Duree(ModeleCloisonne):
    """La durée qu'un créancier a choisie pour une sorte de données ; absente : l'habituelle."""

    genre = models.CharField(max_length=20, choices=GENRES)
    mois = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "durée de conservation"
        constraints = [
            models.UniqueConstraint(fields=["creancier", "genre"], name="duree_une_par_genre"),
            models.CheckConstraint(condition=BORNES, name="duree_dans_ses_bornes"),
        ]

    def __str__(self) -> str:
        return f"{PAR_CLE[self.genre].quoi} : {self.mois} mois"


class Purge(models.Model):
    """La purge d'une nuit, pour un créancier ou pour l'instance : ce qu'elle a effacé."""

    creancier = models.ForeignKey(
        Creancier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    nuit = models.DateField("nuit du")
    commence_le = models.DateTimeField("commencée le")
    finie_le = models.DateTimeField("finie le", null=True)
    # [[ce que c'est, combien]…]
    comptes = models.JSONField(default=list)
    echec = models.CharField("ce qui a manqué", max_length=250, blank=True)

    objects = QuerySetCloisonne.as_manager()

    class Meta:
        verbose_name = "purge"
        constraints = [
            models.UniqueConstraint(fields=["creancier", "nuit"], name="purge_une_par_nuit"),
            models.UniqueConstraint(
                fields=["nuit"], condition=Q(creancier=None), name="purge_instance_une_par_nuit"
            ),
        ]

    def __str__(self) -> str:
        return f"Purge du {formats.jour(self.nuit)}"

    @property
    def total(self) -> int:
        return sum(nombre for _, nombre in self.comptes)
