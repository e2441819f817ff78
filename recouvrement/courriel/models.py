from datetime import datetime
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from recouvrement.comptes.cloison import QuerySetCloisonne
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import ARRETS, EtatEnvoi, NatureEnvoi, PartieBattement
from recouvrement.journal.immuable import Protection


class EnvoiQuerySet(QuerySetCloisonne["Envoi"]):
    def a_envoyer(self, *, maintenant: datetime) -> Self:
        return self.filter(etat=EtatEnvoi.A_ENVOYER, pas_avant__lte=maintenant)

    def pouvant_partir(self) -> Self:
        """Ni instance arrêtée, ni créancier gelé ou archivé."""
        return self.filter(~Exists(Instance.objects.arretees())).de_creanciers_ouverts()

    def de_creanciers_ouverts(self) -> Self:
        """Ceux que ni le gel ni l'archivage de leur créancier ne retient.

        Par des sous-requêtes et sans jointure : dans un UPDATE conditionné, PostgreSQL ne relit
        après une attente que les conditions posées sur la ligne même.
        """
        retenus = Creancier.objects.filter(
            Q(envois_geles=True) | Q(archive_le__isnull=False), pk=OuterRef("creancier")
        )
        return self.filter(~Exists(retenus))

    def transmis(self, *, depuis: datetime) -> Self:
        """Les relances parties, ou peut-être parties : ce que compte le quota du jour."""
        return self.filter(nature=NatureEnvoi.RELANCE, data_a__gte=depuis)

    def de_compte(self) -> Self:
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
    # Ce qui le rend unique : « relance:12:1 ». Replanifier mille fois n'en fait qu'un, et une
    # clé qui a servi ne revient jamais : un message de plus a la sienne.
    cle = models.CharField(max_length=120, unique=True)
    message_id = models.CharField(max_length=160, unique=True)
    etat = models.CharField(max_length=10, choices=EtatEnvoi, default=EtatEnvoi.A_ENVOYER)
    destinataire = models.EmailField(max_length=254)
    # Celles que le serveur a prises en copie (Cc), séparées d'une virgule.
    copies = models.CharField("en copie", max_length=2600, blank=True)
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
    # Les fois où c'est nous qui avons failli (faute de programme, donnée impossible).
    fautes = models.PositiveSmallIntegerField(default=0)
    pas_avant = models.DateTimeField()
    data_a = models.DateTimeField("transmission commencée à", null=True)
    fini_a = models.DateTimeField("terminé à", null=True)
    reponse = models.CharField("réponse du serveur", max_length=500, blank=True)
    cree_le = models.DateTimeField(auto_now_add=True)

    objects = EnvoiQuerySet.as_manager()
    # Dès DATA, ce qui a pu partir ne bouge plus ; remis en file par un refus passager, il se
    # recompose. Parti, rien n'en change, sauf les octets d'un lien personnel : ils s'effacent.
    protections = (
        Protection(
            "courriel_envoi",
            "Un message parti ne se récrit pas",
            modifiable=(
                "{egales:id,creancier_id,nature,cle,message_id,cree_le} AND ("
                "OLD.etat NOT IN ('data', 'envoye', 'incertain') "
                "OR ({egales:destinataire,copies,expediteur,sujet,octets,empreinte,somme,"
                "compose_le} AND ("
                "(OLD.etat = 'data' AND ({egales:data_a} OR NEW.etat = 'a_envoyer')) "
                "OR (OLD.etat = 'incertain' AND {egales:data_a}) "
                "OR {egales:etat,data_a,fini_a,reponse})) "
                "OR (OLD.etat = 'envoye' AND OLD.nature <> 'relance' AND NEW.octets = {vide} AND "
                "{egales:destinataire,copies,expediteur,sujet,empreinte,somme,compose_le,etat,"
                "data_a,"
                "fini_a,reponse}))"
            ),
            effacable="OLD.etat NOT IN ('data', 'envoye', 'incertain')",
        ),
    )

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
            models.Index(fields=["data_a"], condition=Q(etat="incertain"), name="envoi_en_doute"),
            # Combien d'un créancier sont partis aujourd'hui : posé à chaque départ.
            models.Index(
                fields=["creancier", "data_a"],
                condition=Q(data_a__isnull=False),
                name="envoi_transmis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sujet} → {self.destinataire}"


class PanneQuerySet(QuerySetCloisonne["Panne"]):
    def ouvertes(self) -> Self:
        return self.filter(close_le=None)


class InstanceQuerySet(models.QuerySet["Instance"]):
    def arretees(self) -> Self:
        """Gelée, coupée du serveur, ou d'heure douteuse : rien ne se prend."""
        return self.filter(reduce(or_, (Q(**{f"{champ}__isnull": False}) for champ in ARRETS)))


class Instance(models.Model):
    """Ce que cette installation sait de ses envois : une seule ligne, pour tous ses processus.

    Gardé en base et non au cache : l'absence d'un fait ne se lit jamais comme la santé.
    """

    # Celle de l'environnement qui l'a adoptée ; une copie lancée ailleurs en a une autre.
    identite = models.CharField(max_length=64, blank=True)
    nee_le = models.DateTimeField("connue depuis", auto_now_add=True)
    gelee_le = models.DateTimeField("envois gelés depuis", null=True)
    motif_gel = models.CharField("pourquoi", max_length=250, blank=True)
    sonnee_le = models.DateTimeField("dernière sonnerie de l'horloge", null=True)
    battue_le = models.DateTimeField("dernier battement réussi", null=True)
    echec_le = models.DateTimeField("dernier battement manqué", null=True)
    echec = models.CharField("ce qui a manqué", max_length=500, blank=True)
    joint_le = models.DateTimeField("serveur d'envoi joint pour la dernière fois", null=True)
    injoignable_le = models.DateTimeField("serveur d'envoi injoignable depuis", null=True)
    injoignable = models.CharField("ce qu'il a répondu", max_length=500, blank=True)
    disjoncte_le = models.DateTimeField("envois coupés depuis", null=True)
    motif_disjonction = models.CharField("pourquoi", max_length=500, blank=True)
    refus_de_suite = models.PositiveIntegerField("refus du serveur à la suite", default=0)
    # À qui l'on écrivait alors, en empreintes : le même destinataire ne compte qu'une fois.
    refus_vus = models.JSONField(default=list)
    eprouve_le = models.DateTimeField("serveur éprouvé le", null=True)
    # Le carnet des départs, hors de la base : lequel, et jusqu'où la base le connaît.
    carnet = models.CharField(max_length=32, blank=True)
    carnet_octets = models.PositiveBigIntegerField(default=0)
    # La base a changé de lieu par la volonté d'une personne : le prochain départ prend ce carnet.
    carnet_a_adopter = models.BooleanField(default=False)
    # L'heure du dernier battement sûr, et le temps écoulé depuis quel démarrage de la machine.
    reperes = models.JSONField(default=dict)
    heure_douteuse_le = models.DateTimeField("heure douteuse depuis", null=True)
    motif_heure = models.CharField("pourquoi", max_length=250, blank=True)

    objects = InstanceQuerySet.as_manager()

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


class Panne(models.Model):
    """Une partie du battement qui échoue, pour un créancier ou pour tous.

    Ouverte une fois, comptée à chaque échec, close dès que cette partie réussit.
    """

    creancier = models.ForeignKey(
        Creancier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partie = models.CharField(max_length=16, choices=PartieBattement)
    # La clé du message en cause ; vide : la partie entière.
    objet = models.CharField(max_length=120, blank=True)
    motif = models.CharField("pourquoi", max_length=500)
    debut_le = models.DateTimeField("depuis")
    derniere_le = models.DateTimeField("encore le")
    nombre = models.PositiveIntegerField("fois", default=1)
    close_le = models.DateTimeField("fini le", null=True)

    objects = PanneQuerySet.as_manager()

    class Meta:
        verbose_name = "panne"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "partie", "objet"],
                condition=Q(close_le=None),
                name="panne_ouverte_une_fois",
            ),
            models.UniqueConstraint(
                fields=["partie", "objet"],
                condition=Q(close_le=None, creancier=None),
                name="panne_de_tous_ouverte_une_fois",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_partie_display()} : {self.motif}"
