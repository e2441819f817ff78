from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from relances.enums import Canal, Declenchement, Palier, Ton


class ScenarioQuerySet(QuerySetCloisonne["Scenario"]):
    def en_vigueur(self) -> Self:
        return self.filter(remplace_le=None)


class Scenario(ModeleCloisonne):
    """Une version d'un plan de relance. On ne la modifie pas : on en publie une nouvelle."""

    nom = models.CharField("nom", max_length=100)
    version = models.PositiveIntegerField(default=1)
    publie_le = models.DateTimeField(auto_now_add=True)
    publie_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    remplace_le = models.DateTimeField("remplacé le", null=True, blank=True)

    objects: ClassVar = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = "scénario"
        constraints = [
            models.UniqueConstraint(fields=["creancier", "version"], name="scenario_version"),
            models.UniqueConstraint(
                fields=["creancier"],
                condition=Q(remplace_le=None),
                name="scenario_un_seul_en_vigueur",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom} (version {self.version})"


class EtapeQuerySet(QuerySetCloisonne["Etape"]):
    def en_vigueur(self) -> Self:
        return self.filter(scenario__remplace_le=None)


class Etape(ModeleCloisonne):
    """Une étape : tant de jours après l'échéance, sur tel canal, dans tel ton."""

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="etapes")
    # La même d'une version à l'autre : une étape faite le reste quand le scénario change.
    cle = models.SlugField(max_length=40)
    rang = models.PositiveSmallIntegerField()
    nom = models.CharField("nom", max_length=80)
    delai = models.SmallIntegerField("jours après l'échéance")
    canal = models.CharField("canal", max_length=16, choices=Canal)
    ton = models.CharField("ton", max_length=10, choices=Ton)
    palier = models.PositiveSmallIntegerField(choices=Palier)
    declenchement = models.CharField(max_length=12, choices=Declenchement)
    sujet = models.CharField("objet", max_length=200, blank=True)
    texte = models.TextField("texte", max_length=20_000, blank=True)
    sujet_en = models.CharField("objet en anglais", max_length=200, blank=True)
    texte_en = models.TextField("texte en anglais", max_length=20_000, blank=True)
    joindre_factures = models.BooleanField("joindre les factures", default=True)

    objects: ClassVar = EtapeQuerySet.as_manager()

    class Meta:
        verbose_name = "étape"
        ordering = ["rang"]
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "scenario", "rang"], name="etape_rang_unique"
            ),
            models.UniqueConstraint(
                fields=["creancier", "scenario", "cle"], name="etape_cle_unique"
            ),
            # Mise en demeure et contentieux attendent toujours une personne.
            models.CheckConstraint(
                condition=Q(canal=Canal.COURRIEL) | Q(declenchement=Declenchement.MANUEL),
                name="etape_seul_le_courriel_part_seul",
            ),
            models.CheckConstraint(
                condition=Q(delai__gte=-60, delai__lte=730), name="etape_delai_borne"
            ),
        ]

    def __str__(self) -> str:
        return self.nom
