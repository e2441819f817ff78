from datetime import time

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from recouvrement.comptes.enums import ModeIntervention, Role, ZoneFeries
from recouvrement.droit.terme import DELAI_MAXIMAL, JOUR_MAXIMAL, LIBELLES, GenreTerme, Terme


class UtilisateurManager(BaseUserManager["Utilisateur"]):
    def create_user(
        self, email: str, password: str | None = None, **champs: object
    ) -> "Utilisateur":
        utilisateur = self.model(email=self.normalize_email(email).lower(), **champs)
        utilisateur.set_password(password)
        utilisateur.save(using=self._db)
        return utilisateur

    def create_superuser(
        self, email: str, password: str | None = None, **champs: object
    ) -> "Utilisateur":
        return self.create_user(email, password, est_administrateur=True, **champs)

    def connus_sous(self, courriel: str) -> models.QuerySet["Utilisateur"]:
        """L'adresse tapée à la porte ; en base, toutes sont en minuscules."""
        return self.filter(email=courriel.lower())


class Utilisateur(AbstractBaseUser):
    """Une personne, connue par son courriel ; ce qu'elle peut tient à ses habilitations."""

    email = models.EmailField("courriel", max_length=254, unique=True)
    nom_complet = models.CharField("nom", max_length=120)
    is_active = models.BooleanField("actif", default=True)
    # Un gestionnaire désactivé compte encore quelques jours quand on demande s'il y a un second.
    desactive_le = models.DateTimeField("désactivé le", null=True, blank=True)
    est_administrateur = models.BooleanField("administrateur de l'instance", default=False)
    # Son mot de passe est publié : on ne lui passe rien hors de la boucle locale.
    est_demonstration = models.BooleanField("compte de démonstration", default=False)
    # Le délai court de sa première connexion : elle seule le pose.
    double_due_le = models.DateTimeField("double authentification due le", null=True, blank=True)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)

    objects = UtilisateurManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["nom_complet"]

    class Meta:
        verbose_name = "utilisateur"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(desactive_le=None),
                name="utilisateur_actif_sans_depart",
            )
        ]

    def __str__(self) -> str:
        return self.nom_complet or self.email

    @property
    def nom_court(self) -> str:
        """« Nadège Rousselot » → « N. Rousselot »."""
        prenom, _, nom = self.nom_complet.partition(" ")
        return f"{prenom[:1]}. {nom}" if nom else self.nom_complet or self.email


def borner_le_terme(*, nom: str, facultatif: bool = False) -> models.CheckConstraint:
    """Ce que dit `fautes_du_terme`, pour la base : les conditions de règlement se tiennent."""
    jour = Q(jour_terme=None) | Q(
        genre_terme=GenreTerme.FIN_DE_MOIS.value, jour_terme__gte=1, jour_terme__lte=JOUR_MAXIMAL
    )
    regle = jour & Q(
        genre_terme__in=[genre.value for genre in GenreTerme], delai_paiement__lte=DELAI_MAXIMAL
    )
    if facultatif:
        vide = Q(genre_terme="", delai_paiement=None, jour_terme=None)
        regle = vide | (regle & Q(delai_paiement__isnull=False))
    return models.CheckConstraint(condition=regle, name=nom)


class CreancierQuerySet(models.QuerySet["Creancier"]):
    def en_activite(self) -> "CreancierQuerySet":
        return self.filter(archive_le=None)


QUI_PARLE: dict[str, str] = {
    ModeIntervention.SECRETARIAT: "Vous êtes le secrétariat de",
    ModeIntervention.MANDATAIRE: "Vous êtes mandataire de",
}


class Creancier(models.Model):
    """L'entreprise à qui l'on doit : le cloisonnement de toutes les données."""

    code = models.SlugField(
        "code",
        max_length=40,
        unique=True,
        help_text="Il figure dans l'adresse des pages : lettres, chiffres, tirets.",
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Lettres minuscules, chiffres et tirets.")
        ],
    )
    nom = models.CharField("nom ou raison sociale", max_length=160)
    forme_juridique = models.CharField(max_length=60, blank=True)
    capital = models.CharField("capital social", max_length=60, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET du siège", max_length=14, blank=True)
    tva = models.CharField("n° de TVA", max_length=15, blank=True)
    rcs = models.CharField("ville du RCS", max_length=80, blank=True)
    representant = models.CharField("représentant légal", max_length=120, blank=True)
    qualite_representant = models.CharField("qualité", max_length=80, blank=True)
    est_commercant = models.BooleanField("commerçant", default=True)
    adresse = models.CharField("adresse", max_length=200, blank=True)
    complement = models.CharField("complément d'adresse", max_length=120, blank=True)
    code_postal = models.CharField("code postal", max_length=12, blank=True)
    ville = models.CharField("ville", max_length=80, blank=True)
    pays = models.CharField("pays", max_length=2, default="FR")
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    nom_expediteur = models.CharField("nom d'expéditeur", max_length=120, blank=True)
    courriel_expediteur = models.EmailField("adresse d'expéditeur", blank=True)
    # Celle qui a répondu au message de vérification. En régler une autre la rend sans effet.
    courriel_verifie = models.EmailField("adresse d'expéditeur vérifiée", blank=True)
    courriel_verifie_le = models.DateTimeField("vérifiée le", null=True, blank=True)
    quota_quotidien = models.PositiveIntegerField("courriels par jour au plus", default=200)
    courriel_reponse = models.EmailField("adresse de réponse", blank=True)
    signature = models.TextField("signature des messages", max_length=600, blank=True)
    logo = models.BinaryField("logo", null=True, blank=True)
    logo_type = models.CharField(max_length=20, blank=True)
    image_signature = models.BinaryField("signature manuscrite", null=True, blank=True)
    image_signature_type = models.CharField(max_length=20, blank=True)
    couleur = models.CharField("couleur des lettres", max_length=7, default="#0f5c5c")
    teinte = models.PositiveSmallIntegerField("teinte à l'écran", default=1)
    mode = models.CharField(
        "mode d'intervention",
        max_length=12,
        choices=ModeIntervention,
        default=ModeIntervention.INTERNE,
    )
    heure_debut = models.TimeField("envois à partir de", default=time(9))
    heure_fin = models.TimeField("envois jusqu'à", default=time(18))
    zone_feries = models.CharField(
        "jours fériés", max_length=20, choices=ZoneFeries, default=ZoneFeries.METROPOLE
    )
    ecart_minimal = models.PositiveSmallIntegerField(
        "jours au moins entre deux relances d'un client", default=5
    )
    genre_terme = models.CharField(
        "délai compté en", max_length=16, choices=LIBELLES, default=GenreTerme.NETS.value
    )
    delai_paiement = models.PositiveSmallIntegerField("délai de paiement habituel", default=30)
    jour_terme = models.PositiveSmallIntegerField(
        "le (jour du mois suivant)", null=True, blank=True
    )
    soldes_perimes_jours = models.PositiveSmallIntegerField(
        "ne plus relancer si les règlements datent de plus de (jours)", null=True, blank=True
    )
    reglements_connus_au = models.DateField("règlements connus au", null=True, blank=True)
    envois_geles = models.BooleanField("envois gelés", default=False)
    est_demonstration = models.BooleanField("données de démonstration", default=False)
    # Vide : un créancier neuf se prépare, rien n'en part encore.
    envois_ouverts_le = models.DateTimeField("envois ouverts le", null=True, blank=True)
    # Vide : ouverts avant que cela ne se demande.
    envois_ouverts_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    archive_le = models.DateField("archivé le", null=True, blank=True)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)

    objects = CreancierQuerySet.as_manager()

    class Meta:
        verbose_name = "créancier"
        constraints = [
            models.CheckConstraint(
                condition=Q(teinte__gte=1, teinte__lte=4), name="creancier_teinte_connue"
            ),
            models.CheckConstraint(
                condition=Q(heure_debut__lt=F("heure_fin")),
                name="creancier_heures_ordonnees",
                violation_error_message="L'heure de fin doit suivre l'heure de début.",
            ),
            models.CheckConstraint(
                condition=Q(courriel_verifie="", courriel_verifie_le=None)
                | ~Q(courriel_verifie="") & Q(courriel_verifie_le__isnull=False),
                name="creancier_expediteur_verifie_date",
            ),
            models.CheckConstraint(
                condition=Q(envois_ouverts_par=None) | Q(envois_ouverts_le__isnull=False),
                name="creancier_envois_ouverts_dates",
            ),
            borner_le_terme(nom="creancier_terme_borne"),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def expediteur_est_verifie(self) -> bool:
        """L'adresse réglée est celle qui a été prouvée."""
        return self.courriel_expediteur != "" and self.courriel_expediteur == self.courriel_verifie

    @property
    def terme(self) -> Terme:
        """Ses conditions de règlement habituelles."""
        return Terme(GenreTerme(self.genre_terme), self.delai_paiement, self.jour_terme)

    @property
    def qui_parle(self) -> str:
        """Au nom de qui l'on agit, devant le sien (CPCE R124-1)."""
        return QUI_PARLE.get(self.mode, "Au nom de")

    @property
    def n_accorde_pas(self) -> bool:
        """Le secrétariat note ce qu'on lui demande ; le créancier décide."""
        return self.mode == ModeIntervention.SECRETARIAT

    @property
    def sceau(self) -> str:
        """Deux lettres qui le désignent partout où plusieurs créanciers se mêlent."""
        mots = [mot for mot in self.nom.replace("'", " ").replace("’", " ").split() if mot]
        significatifs = [mot for mot in mots if mot[0].isupper()] or mots
        dernier = significatifs[-1] if significatifs else self.code
        return dernier[:2].upper()


class Habilitation(models.Model):
    """Le rôle d'une personne chez un créancier. Retirée, elle n'est plus : effet immédiat."""

    utilisateur = models.ForeignKey(
        Utilisateur, on_delete=models.CASCADE, related_name="habilitations"
    )
    creancier = models.ForeignKey(Creancier, on_delete=models.CASCADE, related_name="habilitations")
    role = models.CharField("rôle", max_length=12, choices=Role)
    depuis_le = models.DateTimeField("depuis le", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur", "creancier"], name="habilitation_unique_par_creancier"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="habilitation_role_connu"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur} : {self.get_role_display()}"
