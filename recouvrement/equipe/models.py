import hashlib
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.enums import EtatChangement, SujetChangement
from recouvrement.socle import formats


def empreinte(jeton: str) -> str:
    return hashlib.sha256(jeton.encode()).hexdigest()


class JetonQuerySet[M: ModeleCloisonne](QuerySetCloisonne[M]):
    def par_jeton(self, jeton: str) -> Self:
        """Le jeton vaut désignation : il ouvre la cloison sur la seule ligne qu'il connaît."""
        return self.filter(empreinte_jeton=empreinte(jeton))._ouvrir()


class InvitationQuerySet(JetonQuerySet["Invitation"]):
    def en_cours(self, *, maintenant: datetime) -> Self:
        return self.filter(acceptee_le=None, revoquee_le=None, expire_le__gt=maintenant)


class Invitation(ModeleCloisonne):
    """Un jeton lié à un créancier, une adresse et un rôle ; un seul usage, 72 heures."""

    courriel = models.EmailField("courriel", max_length=254)
    role = models.CharField("rôle", max_length=12, choices=Role)
    # Seule l'empreinte est gardée : la base lue ne donne pas accès.
    empreinte_jeton = models.CharField(max_length=64, unique=True)
    invite_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    invite_le = models.DateTimeField()
    expire_le = models.DateTimeField()
    acceptee_le = models.DateTimeField(null=True, blank=True)
    acceptee_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoquee_le = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "courriel"],
                condition=Q(acceptee_le=None, revoquee_le=None),
                name="invitation_une_seule_en_cours",
                violation_error_message="Une invitation est déjà en cours pour cette adresse.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.courriel} ({self.get_role_display()})"

    def est_ouverte(self, *, maintenant: datetime) -> bool:
        return self.acceptee_le is None and self.revoquee_le is None and maintenant < self.expire_le


class ChangementQuerySet(JetonQuerySet["Changement"]):
    def en_attente(self, *, maintenant: datetime) -> Self:
        return self.filter(etat=EtatChangement.EN_ATTENTE, expire_le__gt=maintenant)

    def sur(self, sujet: SujetChangement, objet: str) -> Self:
        return self.filter(sujet=sujet, objet=objet)

    def demandes_par(self, personne: Utilisateur) -> Self:
        """Chez tous les créanciers : un compte qui se ferme emporte ses demandes."""
        return self.filter(demande_par=personne, etat=EtatChangement.EN_ATTENTE)._ouvrir()

    def nominations_a_defaire(self, *, maintenant: datetime) -> Self:
        """Celles d'un gestionnaire que son auteur peut encore défaire."""
        return self.filter(
            sujet__in=[SujetChangement.INVITATION, SujetChangement.ROLE],
            apres__role=Role.GESTIONNAIRE,
            etat=EtatChangement.APPLIQUE,
            defaire_avant__gt=maintenant,
        )


class Changement(ModeleCloisonne):
    """Ce qui touche à l'argent ou à la voix d'un créancier, de sa demande à son effet.

    Rien ici n'est lu par une lettre ou un courriel : seul le créancier fait foi, et il ne change
    qu'à l'application.
    """

    sujet = models.CharField(max_length=12, choices=SujetChangement)
    # La personne ou l'adresse concernée ; vide quand c'est le créancier lui-même.
    objet = models.CharField(max_length=254, blank=True)
    concerne = models.CharField("qui cela concerne", max_length=254, blank=True)
    avant = models.JSONField()
    apres = models.JSONField("après")
    etat = models.CharField(
        max_length=10, choices=EtatChangement, default=EtatChangement.EN_ATTENTE
    )
    demande_par = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    demande_le = models.DateTimeField()
    expire_le = models.DateTimeField()
    decide_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decide_le = models.DateTimeField(null=True)
    # Un gestionnaire seul applique aussitôt ; jusqu'à cette heure, cela se défait.
    defaire_avant = models.DateTimeField(null=True)
    empreinte_jeton = models.CharField(max_length=64, unique=True, null=True)

    # Celle d'une invitation que l'application vient d'envoyer : elle se transmet, sans se garder.
    adresse = ""

    objects: ClassVar = ChangementQuerySet.as_manager()

    class Meta:
        verbose_name = "changement à deux"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "sujet", "objet"],
                condition=Q(etat=EtatChangement.EN_ATTENTE),
                name="changement_un_seul_en_attente",
                violation_error_message="Un changement attend déjà sur ce point.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=EtatChangement.values), name="changement_etat_connu"
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatChangement.EN_ATTENTE, decide_le=None)
                | (~Q(etat=EtatChangement.EN_ATTENTE) & Q(decide_le__isnull=False)),
                name="changement_decide_et_date",
            ),
            # Personne n'approuve sa propre demande : ce qu'on applique seul doit se défaire.
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatChangement.APPLIQUE, EtatChangement.REFUSE])
                | Q(defaire_avant__isnull=False)
                | (Q(decide_par__isnull=False) & ~Q(decide_par=F("demande_par"))),
                name="changement_decide_par_un_autre",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "sujet", "-id"], name="changement_par_sujet"),
        ]

    def __str__(self) -> str:
        return f"{self.get_sujet_display()} ({self.get_etat_display()})"

    def attend(self, *, maintenant: datetime) -> bool:
        return self.etat == EtatChangement.EN_ATTENTE and maintenant < self.expire_le

    @property
    def nomme_un_gestionnaire(self) -> bool:
        return bool(self.apres.get("role") == Role.GESTIONNAIRE)

    def se_defait(self, *, maintenant: datetime) -> bool:
        return (
            self.etat == EtatChangement.APPLIQUE
            and self.defaire_avant is not None
            and maintenant < self.defaire_avant
        )


class VerificationExpediteur(ModeleCloisonne):
    """Un message envoyé à une adresse d'expéditeur, et sa réponse : 72 heures, un seul usage."""

    adresse = models.EmailField("adresse d'expéditeur", max_length=254)
    # Nulle : l'adresse servait déjà avant qu'on ne demande à la prouver.
    empreinte_jeton = models.CharField(max_length=64, unique=True, null=True)
    demandee_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    demandee_le = models.DateTimeField()
    expire_le = models.DateTimeField()
    confirmee_le = models.DateTimeField(null=True, blank=True)
    # Nulle : la confirmation vient du lien, ouvert sans être connecté.
    confirmee_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects: ClassVar = JetonQuerySet.as_manager()

    class Meta:
        verbose_name = "vérification d'expéditeur"
        constraints = [
            models.CheckConstraint(
                condition=Q(empreinte_jeton__isnull=False) | Q(confirmee_le__isnull=False),
                name="expediteur_prouve_ou_repris",
            ),
            models.CheckConstraint(
                condition=Q(expire_le__gte=F("demandee_le")), name="expediteur_dates_ordonnees"
            ),
        ]
        indexes = [models.Index(fields=["creancier", "-id"], name="expediteur_par_creancier")]

    def __str__(self) -> str:
        return self.adresse

    @property
    def cle_envoi(self) -> str:
        """Ce qui désigne son message dans la boîte de départ."""
        return f"expediteur:{self.pk}"

    @property
    def est_reprise(self) -> bool:
        return self.empreinte_jeton is None

    def est_ouverte(self, *, maintenant: datetime) -> bool:
        return self.confirmee_le is None and maintenant < self.expire_le


class EssaiDeConnexion(models.Model):
    """Un mot de passe essayé à une porte et qui n'a pas ouvert ; oublié au bout d'un jour."""

    compte = models.CharField(max_length=64)
    origine = models.CharField(max_length=64)
    # L'appareil a déjà ouvert cette porte : ses essais se comptent à part de ceux des étrangers.
    appareil_connu = models.BooleanField(default=False)
    a = models.DateTimeField("à")

    class Meta:
        verbose_name = "essai de connexion"
        indexes = [
            models.Index(fields=["compte", "a"], name="essai_par_compte"),
            models.Index(fields=["origine", "a"], name="essai_par_origine"),
            models.Index(fields=["a"], name="essai_par_date"),
        ]

    def __str__(self) -> str:
        return formats.instant(self.a)
