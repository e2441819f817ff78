from secrets import token_hex

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.chaine import ORIGINE
from recouvrement.journal.evenements import Genre
from recouvrement.journal.gardes import ANCRAGE, CHAINAGE, CHAINE, ENTREE, GESTE, MAILLON


def nouveau_sel() -> str:
    return token_hex(16)


class Geste(ModeleCloisonne):
    """Ce qu'une personne a fait, une fois : tout ce qu'elle a écrit ainsi le désigne.

    Il ne se modifie pas : un autre geste l'annule, un seul.
    """

    genre = models.CharField(max_length=16, choices=Genre)
    # Vide : une commande d'exploitation, ou un import sans personne.
    auteur = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    a = models.DateTimeField("à", auto_now_add=True)
    annule = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="annulation"
    )

    protections = (GESTE,)

    class Meta:
        verbose_name = "geste"
        constraints = [
            models.CheckConstraint(condition=Q(genre__in=Genre.values), name="geste_genre_connu"),
            models.CheckConstraint(
                condition=Q(genre=Genre.ANNULATION, annule__isnull=False)
                | (~Q(genre=Genre.ANNULATION) & Q(annule=None)),
                name="geste_annulation_dit_laquelle",
            ),
            models.CheckConstraint(
                condition=Q(annule=None) | Q(annule__lt=F("id")), name="geste_annule_un_plus_ancien"
            ),
        ]

    def __str__(self) -> str:
        return self.get_genre_display()

    def get_absolute_url(self) -> str:
        return reverse("accueil:geste", args=[self.creancier.code, self.pk])

    @property
    def est_annule(self) -> bool:
        """Se lit sans requête quand `annulation` a été jointe."""
        return hasattr(self, "annulation")

    @property
    def adresse_d_annulation(self) -> str:
        """Ce que poste « Annuler »."""
        return reverse("accueil:annuler_geste", args=[self.creancier.code, self.pk])


class Entree(models.Model):
    """Une ligne du journal : qui, quoi, quand, sur quoi. Un déclencheur interdit d'y toucher.

    Ce qui peut nommer quelqu'un est dans `donnees`, salé : effacé, le maillon prouve encore.
    """

    # Sans créancier : ce qui touche l'instance (création d'un créancier, taux).
    creancier = models.ForeignKey(
        Creancier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    acteur = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    a = models.DateTimeField("à", auto_now_add=True)
    evenement = models.CharField(max_length=60)
    libelle = models.CharField(max_length=160)
    # Le geste dont cette ligne rend compte ; vide : l'automate, ou avant que les gestes se disent.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    cible_type = models.CharField(max_length=60)
    cible_id = models.BigIntegerField()
    donnees = models.JSONField(default=dict)
    sel = models.CharField(max_length=32, default=nouveau_sel, editable=False)
    effacees_le = models.DateTimeField("données effacées le", null=True, editable=False)

    objects = QuerySetCloisonne.as_manager()
    protections = (ENTREE,)

    class Meta:
        verbose_name = "entrée du journal"
        indexes = [
            models.Index(
                fields=["creancier", "cible_type", "cible_id", "-id"], name="journal_par_cible"
            ),
            models.Index(fields=["creancier", "-id"], name="journal_par_creancier"),
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="journal_par_geste"
            ),
        ]

    def __str__(self) -> str:
        return self.libelle


class Chaine(models.Model):
    """La tête d'une chaîne, et le verrou de qui l'allonge : une par créancier, une d'instance."""

    # Le numéro du créancier ; 0 : l'instance.
    numero = models.BigIntegerField(primary_key=True)
    rang = models.BigIntegerField(default=0)
    empreinte = models.CharField(max_length=64, default=ORIGINE)
    # Jusqu'où elle est au fichier des ancres.
    ancre_rang = models.BigIntegerField(default=0)
    verifie_le = models.DateTimeField("vérifiée le", null=True)
    verifie_rang = models.BigIntegerField(default=0)
    # La date de la dernière entrée vérifiée : « vérifiée jusqu'à ».
    verifie_jusqu_a = models.DateTimeField(null=True)
    fautes = models.PositiveIntegerField(default=0)

    protections = (CHAINE,)

    class Meta:
        verbose_name = "chaîne du journal"

    def __str__(self) -> str:
        return f"chaîne {self.numero}, rang {self.rang}"


class Maillon(models.Model):
    """Une entrée scellée : son texte canonique, lié par son empreinte à celui d'avant."""

    entree = models.OneToOneField(Entree, on_delete=models.PROTECT, primary_key=True)
    chaine = models.BigIntegerField()
    rang = models.BigIntegerField()
    prec = models.CharField("empreinte précédente", max_length=64)
    scelle_le = models.DateTimeField()
    texte = models.TextField()
    empreinte = models.CharField(max_length=64)

    protections = (MAILLON, CHAINAGE)

    class Meta:
        verbose_name = "maillon du journal"
        constraints = [
            models.UniqueConstraint(fields=["chaine", "rang"], name="maillon_un_par_rang"),
            models.CheckConstraint(condition=Q(rang__gte=1), name="maillon_rang_positif"),
        ]

    def __str__(self) -> str:
        return f"{self.chaine}/{self.rang}"


class Ancrage(models.Model):
    """Une ligne du fichier des ancres, et son horodatage quand un serveur est réglé."""

    numero = models.PositiveIntegerField(primary_key=True)
    a = models.DateTimeField("à")
    empreinte = models.CharField("empreinte de la ligne", max_length=64)
    horodate_le = models.DateTimeField("horodaté le", null=True)
    echec = models.CharField("horodatage manqué", max_length=250, blank=True)

    protections = (ANCRAGE,)

    class Meta:
        verbose_name = "ancrage du journal"

    def __str__(self) -> str:
        return f"ancre {self.numero}"


class EtatJournal(models.Model):
    """Ce que la dernière nuit a trouvé : une seule ligne."""

    tentee_le = models.DateTimeField("dernière vérification tentée", null=True)
    echec = models.CharField("ce qui a manqué", max_length=500, blank=True)
    verifie_le = models.DateTimeField(null=True)
    entrees = models.PositiveIntegerField(default=0)
    fautes = models.PositiveIntegerField(default=0)
    # Les premières, en phrases.
    constats = models.JSONField(default=list)

    class Meta:
        verbose_name = "état du journal"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="etat_journal_unique")]

    def __str__(self) -> str:
        return f"{self.fautes} constats"
