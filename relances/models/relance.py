from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from relances.enums import ETATS_EN_ATTENTE, ETATS_QUI_RETIENNENT, Canal, EtatRelance
from relances.models.scenario import Etape


class RelanceQuerySet(QuerySetCloisonne["Relance"]):
    def en_attente(self) -> Self:
        return self.filter(etat__in=ETATS_EN_ATTENTE)

    def a_valider(self, *, au: date) -> Self:
        """Une personne peut les valider ; de leur lettre scellée, c'est la poste qu'on attend."""
        return self.filter(etat=EtatRelance.A_VALIDER, prevue_le__lte=au, courrier=None)

    def faites(self) -> Self:
        return self.filter(etat=EtatRelance.FAITE)

    def courriels_a_partir(self) -> Self:
        """Prévus, ou à valider : d'ici leur départ, aucun autre courriel à leur client."""
        return self.filter(
            canal=Canal.COURRIEL, etat__in=[EtatRelance.PLANIFIEE, EtatRelance.A_VALIDER]
        )


class Relance(ModeleCloisonne):
    """Une action envers un client, sur un canal, pour une ou plusieurs de ses factures."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="relances")
    # L'étape la plus haute parmi ses factures : elle donne le ton. Nulle : action hors scénario.
    etape = models.ForeignKey(Etape, on_delete=models.PROTECT, null=True, related_name="+")
    canal = models.CharField(max_length=16, choices=Canal)
    etat = models.CharField(max_length=10, choices=EtatRelance)
    prevue_le = models.DateField("prévue le")
    langue = models.CharField(max_length=2, default="fr")
    destinataire = models.CharField(max_length=254, blank=True)
    # Sujet et texte d'une relance retouchée à la validation ; vides : ceux de l'étape.
    sujet = models.CharField(max_length=250, blank=True)
    texte = models.TextField(max_length=20_000, blank=True)
    envoi = models.OneToOneField(
        Envoi, on_delete=models.PROTECT, null=True, blank=True, related_name="relance"
    )
    montant = models.DecimalField(
        "somme réclamée", max_digits=14, decimal_places=2, null=True, blank=True
    )
    motif = models.CharField("pourquoi", max_length=250, blank=True)
    # Grandit quand une personne fait renvoyer un message incertain.
    tour = models.PositiveSmallIntegerField(default=1)
    creee_le = models.DateTimeField(auto_now_add=True)
    decidee_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # La personne qui l'a écrite hors scénario ; vide : l'automate.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Le geste qui l'a mise dans son état : appel, dépôt, validation, promesse, litige…
    decision_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    faite_le = models.DateTimeField("faite le", null=True, blank=True)
    factures = models.ManyToManyField(Facture, through="RelanceFacture", related_name="relances")

    objects: ClassVar = RelanceQuerySet.as_manager()

    class Meta:
        verbose_name = "relance"
        constraints = [
            models.CheckConstraint(
                condition=~Q(etat=EtatRelance.FAITE) | Q(faite_le__isnull=False),
                name="relance_faite_datee",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "client", "-id"], name="relance_par_client"),
            models.Index(
                fields=["creancier", "etat", "prevue_le", "id"],
                condition=Q(etat__in=ETATS_QUI_RETIENNENT),
                name="relance_en_attente",
            ),
            models.Index(fields=["creancier", "-prevue_le", "-id"], name="relance_recente"),
            # L'écart minimal : qui a reçu quelque chose ces derniers jours.
            models.Index(
                fields=["creancier", "faite_le"],
                condition=Q(faite_le__isnull=False),
                name="relance_par_date_faite",
            ),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="relance_par_geste"
            ),
            models.Index(
                fields=["decision_geste"],
                condition=Q(decision_geste__isnull=False),
                name="relance_decidee_par_geste",
            ),
        ]

    @property
    def nom(self) -> str:
        """Celui de son étape ; hors scénario, son canal."""
        return self.etape.nom if self.etape else self.get_canal_display()

    def __str__(self) -> str:
        return f"{self.get_canal_display()} du {formats.jour(self.prevue_le)}"


class RelanceFactureQuerySet(QuerySetCloisonne["RelanceFacture"]):
    def vivantes(self) -> Self:
        return self.filter(est_vivante=True)


class RelanceFacture(ModeleCloisonne):
    """Une facture passe une étape une fois par cycle : la base le garantit."""

    relance = models.ForeignKey(Relance, on_delete=models.PROTECT, related_name="lignes")
    facture = models.ForeignKey(Facture, on_delete=models.PROTECT, related_name="lignes_de_relance")
    etape = models.ForeignKey(Etape, on_delete=models.PROTECT, null=True, related_name="+")
    cle_etape = models.CharField(max_length=40, blank=True)
    rang = models.PositiveSmallIntegerField(default=0)
    cycle = models.PositiveSmallIntegerField()
    # Fausse quand la relance est annulée avant d'être partie : l'étape redevient possible.
    est_vivante = models.BooleanField(default=True)
    # Le geste qui l'en a ôtée ; vide : l'automate, ou rien.
    retiree_geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    solde = models.DecimalField("reste dû alors", max_digits=14, decimal_places=2)

    objects: ClassVar = RelanceFactureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "facture", "cle_etape", "cycle"],
                condition=Q(est_vivante=True) & ~Q(cle_etape=""),
                name="relance_une_fois_par_etape_et_cycle",
            ),
            models.UniqueConstraint(
                fields=["creancier", "relance", "facture"], name="relance_facture_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "facture"], name="relance_facture_par_facture"),
            models.Index(
                fields=["retiree_geste"],
                condition=Q(retiree_geste__isnull=False),
                name="relance_facture_retiree",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facture_id} à l'étape {self.cle_etape}"
