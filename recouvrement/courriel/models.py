from django.db import models
from django.db.models import Q

from recouvrement.comptes.cloison import QuerySetCloisonne
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi


class EnvoiQuerySet(QuerySetCloisonne):
    def a_envoyer(self, *, maintenant):
        return self.filter(etat=EtatEnvoi.A_ENVOYER, pas_avant__lte=maintenant)

    def transmis(self, *, depuis):
        """Les relances parties, ou peut-être parties : ce que compte le quota du jour."""
        return self.filter(nature=NatureEnvoi.RELANCE, data_a__gte=depuis)

    def de_compte(self):
        """Mot de passe oublié, alertes de sécurité : ils ne tiennent à aucun créancier."""
        return self.filter(nature=NatureEnvoi.COMPTE, creancier=None)._ouvrir()


class Envoi(models.Model):
    """Un message, un destinataire, ses octets exacts. La ligne est la vérité ; Celery sonne.

    a_envoyer → reclame → data → envoye | echec | incertain ; annule tant que rien n'est parti.
    """

    # Sans créancier : les messages de compte (mot de passe oublié).
    creancier = models.ForeignKey(
        Creancier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nature = models.CharField(max_length=12, choices=NatureEnvoi)
    # Ce qui le rend unique : « relance:12:1 ». Replanifier mille fois n'en fait qu'un.
    cle = models.CharField(max_length=120, unique=True)
    message_id = models.CharField(max_length=160, unique=True)
    etat = models.CharField(max_length=10, choices=EtatEnvoi, default=EtatEnvoi.A_ENVOYER)
    destinataire = models.EmailField(max_length=254)
    expediteur = models.EmailField("adresse d'enveloppe", max_length=254, blank=True)
    sujet = models.CharField(max_length=250, blank=True)
    octets = models.BinaryField(null=True)
    empreinte = models.CharField(max_length=64, blank=True)
    # Ce que les octets disent devoir : relu avant DATA, un écart fait recomposer.
    somme = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    compose_le = models.DateField(null=True)
    jeton = models.UUIDField(null=True)
    bail = models.DateTimeField(null=True)
    tentatives = models.PositiveSmallIntegerField(default=0)
    pas_avant = models.DateTimeField()
    data_a = models.DateTimeField("transmission commencée à", null=True)
    fini_a = models.DateTimeField("terminé à", null=True)
    reponse = models.CharField("réponse du serveur", max_length=500, blank=True)
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = EnvoiQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi"
        constraints = [
            models.CheckConstraint(condition=Q(etat__in=EtatEnvoi.values), name="envoi_etat_connu"),
            models.CheckConstraint(
                condition=~Q(etat__in=["data", "envoye", "incertain"])
                | Q(octets__isnull=False, data_a__isnull=False),
                name="envoi_transmis_avec_octets",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=["reclame", "data"])
                | Q(jeton__isnull=False, bail__isnull=False),
                name="envoi_pris_avec_jeton",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pas_avant", "id"], condition=Q(etat="a_envoyer"), name="envoi_du"
            ),
            models.Index(
                fields=["bail"], condition=Q(etat__in=["reclame", "data"]), name="envoi_pris"
            ),
            models.Index(fields=["creancier", "etat", "-id"], name="envoi_par_etat"),
            # Combien d'un créancier sont partis aujourd'hui : posé à chaque départ.
            models.Index(
                fields=["creancier", "data_a"],
                condition=Q(data_a__isnull=False),
                name="envoi_transmis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sujet} → {self.destinataire}"


class Instance(models.Model):
    """Ce que cette installation sait de ses envois : une seule ligne, pour tous ses processus.

    Gardé en base et non au cache : l'absence d'un fait ne se lit jamais comme la santé.
    """

    # Celle de l'environnement qui l'a adoptée ; une copie lancée ailleurs en a une autre.
    identite = models.CharField(max_length=64, blank=True)
    gelee_le = models.DateTimeField("envois gelés depuis", null=True)
    motif_gel = models.CharField("pourquoi", max_length=250, blank=True)
    battue_le = models.DateTimeField("dernier battement réussi", null=True)
    echec_le = models.DateTimeField("dernier battement manqué", null=True)
    echec = models.CharField("ce qui a manqué", max_length=500, blank=True)
    disjoncte_le = models.DateTimeField("envois coupés depuis", null=True)
    motif_disjonction = models.CharField("pourquoi", max_length=500, blank=True)
    refus_de_suite = models.PositiveIntegerField("refus du serveur à la suite", default=0)

    class Meta:
        verbose_name = "instance"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="instance_unique"),
            models.CheckConstraint(
                condition=Q(gelee_le=None) | ~Q(motif_gel=""), name="instance_gel_motive"
            ),
        ]

    def __str__(self) -> str:
        return self.identite
