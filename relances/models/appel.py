from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from clients.models import Client, Contact
from factures.models import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from relances.enums import Issue
from relances.models.relance import Relance
from relances.regles.promesses import attendue_depuis, se_laisse_attendre


class AppelQuerySet(QuerySetCloisonne["Appel"]):
    def qui_attendent(self) -> Self:
        """Un rappel est prévu, quel qu'en soit le jour ; un appel barré n'en attend plus."""
        return self.filter(rappel_le__isnull=False, rappel_clos_le=None, annule_le=None)

    def a_rappeler(self, *, jusqu_a: datetime) -> Self:
        return self.qui_attendent().filter(rappel_le__lte=jusqu_a)


class Appel(ModeleCloisonne):
    """Le compte rendu d'un appel : qui, l'issue, la note, ce qui suit."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="appels")
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="appels"
    )
    numero = models.CharField("numéro composé", max_length=20, blank=True)
    relance = models.ForeignKey(
        Relance, on_delete=models.PROTECT, null=True, blank=True, related_name="appels"
    )
    issue = models.CharField("issue", max_length=14, choices=Issue)
    note = models.TextField("note", max_length=4000, blank=True)
    appele_le = models.DateTimeField("appelé le")
    auteur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    rappel_le = models.DateTimeField("rappeler le", null=True, blank=True)
    rappel_clos_le = models.DateTimeField(null=True, blank=True)
    # L'appel qui en a tenu lieu, ou la personne qui l'a clos.
    rappel_clos_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    cle_saisie = models.UUIDField(null=True, blank=True, editable=False)
    # Vide : d'avant les gestes.
    geste = models.OneToOneField(Geste, on_delete=models.PROTECT, null=True, related_name="appel")
    # « Annuler » : l'appel reste, barré. Redit ici pour l'index de la file des rappels.
    annule_le = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = AppelQuerySet.as_manager()

    class Meta:
        verbose_name = "appel"
        constraints = [
            models.CheckConstraint(condition=Q(issue__in=Issue.values), name="appel_issue_connue"),
            models.UniqueConstraint(
                fields=["creancier", "cle_saisie"],
                condition=Q(cle_saisie__isnull=False),
                name="appel_saisi_une_fois",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "client", "-appele_le"], name="appel_par_client"),
            models.Index(
                fields=["creancier", "rappel_le"],
                condition=Q(rappel_le__isnull=False, rappel_clos_le=None, annule_le=None),
                name="appel_a_rappeler",
            ),
            models.Index(
                fields=["rappel_clos_geste"],
                condition=Q(rappel_clos_geste__isnull=False),
                name="appel_rappel_clos_par_geste",
            ),
        ]

    def __str__(self) -> str:
        return f"Appel du {formats.jour(self.appele_le)}"


class PromesseQuerySet(QuerySetCloisonne["Promesse"]):
    def en_cours(self) -> Self:
        return self.filter(close_le=None)

    def attendues(self, *, au: date) -> Self:
        """En cours, et dont le délai de grâce n'est pas passé."""
        return self.en_cours().filter(pour_le__gte=attendue_depuis(au))

    def rompues(self, *, au: date) -> Self:
        return self.en_cours().filter(pour_le__lt=attendue_depuis(au))

    def qui_tiennent(self) -> Self:
        """Sans celles dont le geste a été annulé."""
        return self.exclude(close_geste__genre=Genre.ANNULATION)


class Promesse(ModeleCloisonne):
    """Le client promet une somme pour une date. Rompue : la date est passée sans règlement."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="promesses")
    appel = models.OneToOneField(
        Appel, on_delete=models.PROTECT, null=True, blank=True, related_name="promesse"
    )
    montant = models.DecimalField("montant promis", max_digits=14, decimal_places=2)
    pour_le = models.DateField("pour le")
    faite_le = models.DateField("faite le")
    note = models.CharField(max_length=250, blank=True)
    factures = models.ManyToManyField(Facture, blank=True, related_name="promesses")
    auteur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    # Tenue, rompue (constatée par une personne) ou remplacée.
    close_le = models.DateField("close le", null=True, blank=True)
    est_tenue = models.BooleanField("tenue", null=True, blank=True)
    # Le geste qui l'a faite, et celui qui l'a close : un constat, un règlement, une autre promesse.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    close_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects: ClassVar = PromesseQuerySet.as_manager()

    class Meta:
        verbose_name = "promesse"
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="promesse_montant_positif",
                violation_error_message="Le montant promis doit être supérieur à zéro.",
            ),
            models.UniqueConstraint(
                fields=["creancier", "client"],
                condition=Q(close_le=None),
                name="promesse_une_seule_en_cours",
                violation_error_message="Une promesse est déjà en cours pour ce client.",
            ),
            models.CheckConstraint(
                condition=Q(close_geste=None) | Q(close_le__isnull=False),
                name="promesse_close_par_un_geste",
            ),
        ]
        indexes = [
            models.Index(
                fields=["creancier", "pour_le"],
                condition=Q(close_le=None),
                name="promesse_en_cours",
            ),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="promesse_par_geste"
            ),
            models.Index(
                fields=["close_geste"],
                condition=Q(close_geste__isnull=False),
                name="promesse_close_par_geste",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.montant} € pour le {formats.jour(self.pour_le)}"

    def est_rompue(self, *, au: date) -> bool:
        """La date et le délai de grâce sont passés sans qu'elle ait été close."""
        return self.close_le is None and not se_laisse_attendre(self.pour_le, au=au)

    @property
    def est_annulee(self) -> bool:
        return self.close_geste is not None and self.close_geste.genre == Genre.ANNULATION
