from django.db import models

from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Utilisateur


class VueEnregistree(ModeleCloisonne):
    """Les filtres d'une liste, sous un nom, pour une personne."""

    class Page(models.TextChoices):
        CLIENTS = "clients", "Clients"
        FACTURES = "factures", "Factures"
        REGLEMENTS = "reglements", "Règlements"
        RELANCES = "relances", "Relances"
        PROMESSES = "promesses", "Promesses"
        CONTENTIEUX = "contentieux", "Contentieux"

    utilisateur = models.ForeignKey(Utilisateur, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=12, choices=Page)
    nom = models.CharField("nom", max_length=40)
    # Ce que porte l'adresse après « ? ».
    requete = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "vue enregistrée"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "utilisateur", "page", "nom"],
                name="vue_un_nom_par_page",
                violation_error_message="Une vue porte déjà ce nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom
