from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, FilteredRelation, Min, Q, Sum
from django.db.models.base import ModelBase
from django.db.models.functions import Coalesce, Round
from django.urls import reverse

from clients.enums import (
    VALIDITES_UTILISABLES,
    GenreCoordonnee,
    Langue,
    NatureClient,
    SourceNature,
    Validite,
)
from clients.regles import nom_de_recherche, suspension_court
from recouvrement.comptes.cloison import ModeleCloisonne, QuerySetCloisonne
from recouvrement.comptes.models import Utilisateur, borner_le_terme
from recouvrement.droit.terme import LIBELLES, GenreTerme, Terme
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from recouvrement.socle.montants import ZERO

MONTANT = models.DecimalField(max_digits=16, decimal_places=2)


def en_suspension(*, au: date) -> Q:
    """La même règle que `suspension_court`, pour la base."""
    return Q(suspendu_le__lte=au) & (Q(suspendu_jusqu_au=None) | Q(suspendu_jusqu_au__gte=au))


class ClientQuerySet(QuerySetCloisonne["Client"]):
    def actifs(self) -> Self:
        return self.filter(fusionne_dans=None)

    def a_completer(self) -> Self:
        return self.actifs().filter(est_a_completer=True)

    def suspendus(self, *, au: date) -> Self:
        return self.actifs().filter(en_suspension(au=au))

    def cherchant(self, texte: str) -> Self:
        """Nom (sans accents), code, SIREN, ou morceau d'adresse ou de numéro."""
        compact = "".join(texte.split())
        if not compact:
            return self
        condition = Q(code__iexact=texte.strip())
        if nom := nom_de_recherche(texte):
            condition |= Q(nom_recherche__contains=nom)
        chiffres = "".join(c for c in compact if c.isdigit())
        if len(chiffres) >= 4 and len(chiffres) >= len(compact) - 4:
            condition |= Q(siren=chiffres[:9]) | self._ayant(chiffres.removeprefix("0"))
        elif "@" in compact:
            condition |= self._ayant(compact)
        return self.filter(condition)

    def _ayant(self, morceau: str) -> Q:
        trouvees = Coordonnee.objects.filter(valeur__icontains=morceau).order_by()
        return Q(pk__in=trouvees.values("client"))

    def avec_montants(self, *, au: date) -> Self:
        """Annote `total_du`, `total_echu`, `plus_ancienne` (échéance dépassée) et `ouvertes_nb`.

        Par la relation inverse, restreinte dans la jointure : l'index des factures ouvertes sert.
        """
        echue = Q(dues__date_echeance__lt=au)
        return self.annotate(
            dues=FilteredRelation(
                "factures",
                # Le créancier, redit : sans lui PostgreSQL lit les factures de tous les autres.
                condition=Q(
                    factures__creancier=F("creancier"),
                    factures__solde__gt=0,
                    factures__est_avoir=False,
                ),
            )
        ).annotate(
            total_du=_somme(Sum("dues__solde")),
            total_echu=_somme(Sum("dues__solde", filter=echue)),
            plus_ancienne=Min("dues__date_echeance", filter=echue),
            ouvertes_nb=Count("dues"),
        )


def _somme(somme: Sum) -> Round:
    # SQLite additionne en flottants : l'arrondi rend la valeur exacte, donc comparable.
    return Round(Coalesce(somme, ZERO), 2, output_field=MONTANT)


class Client(ModeleCloisonne):
    """Celui qui doit, chez un seul créancier : jamais partagé entre deux."""

    code = models.CharField("code client", max_length=60, blank=True)
    nom = models.CharField("nom ou raison sociale", max_length=200)
    nom_recherche = models.CharField(max_length=260, editable=False)
    nature = models.CharField(
        "nature", max_length=14, choices=NatureClient, default=NatureClient.INCONNUE
    )
    # Ce qui l'a dite, et quand ; vide sur les fiches d'avant, et tant qu'elle est à établir.
    nature_source = models.CharField(max_length=12, choices=SourceNature, blank=True)
    nature_le = models.DateField("nature établie le", null=True, blank=True)
    est_commercant = models.BooleanField("commerçant", null=True, blank=True)
    forme_juridique = models.CharField("forme juridique", max_length=60, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    tva = models.CharField("n° de TVA", max_length=20, blank=True)
    adresse = models.CharField("adresse", max_length=200, blank=True)
    complement = models.CharField("complément", max_length=120, blank=True)
    code_postal = models.CharField("code postal", max_length=12, blank=True)
    ville = models.CharField("ville", max_length=80, blank=True)
    pays = models.CharField("pays", max_length=2, default="FR")
    langue = models.CharField("langue", max_length=2, choices=Langue, default=Langue.FRANCAIS)
    # Vide : les conditions habituelles du créancier.
    genre_terme = models.CharField("délai compté en", max_length=16, choices=LIBELLES, blank=True)
    delai_paiement = models.PositiveSmallIntegerField(
        "délai de paiement (jours)", null=True, blank=True
    )
    jour_terme = models.PositiveSmallIntegerField(
        "le (jour du mois suivant)", null=True, blank=True
    )
    est_a_completer = models.BooleanField("à compléter", default=False)
    suspendu_le = models.DateField("relances suspendues le", null=True, blank=True)
    suspendu_jusqu_au = models.DateField("jusqu'au", null=True, blank=True)
    suspendu_motif = models.CharField("motif", max_length=200, blank=True)
    # La poste a rendu une lettre (NPAI) : on n'y écrit plus avant qu'une personne l'ait revue.
    adresse_invalide_le = models.DateField("adresse postale à revoir", null=True, blank=True)
    procedure_collective_le = models.DateField(
        "procédure collective ouverte le", null=True, blank=True
    )
    # Ses données personnelles ont été effacées (RGPD, art. 17) : il ne reste que ses comptes.
    efface_le = models.DateField("effacé le", null=True, blank=True)
    fusionne_dans = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="fusionnes"
    )
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    # L'import qui l'a créé : défait, il l'emporte.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    # Posés par `avec_montants`.
    total_du: Decimal
    total_echu: Decimal
    plus_ancienne: date | None
    ouvertes_nb: int

    objects: ClassVar = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = "client"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "code"],
                condition=~Q(code=""),
                name="client_code_unique_par_creancier",
                violation_error_message="Ce code client existe déjà.",
            ),
            models.CheckConstraint(condition=~Q(nom=""), name="client_nom_present"),
            models.CheckConstraint(
                condition=Q(nature__in=NatureClient.values), name="client_nature_admise"
            ),
            models.CheckConstraint(
                condition=Q(nature_source="", nature_le=None)
                | Q(nature_source__in=SourceNature.values, nature_le__isnull=False)
                & ~Q(nature=NatureClient.INCONNUE),
                name="client_nature_datee",
            ),
            models.CheckConstraint(
                condition=Q(suspendu_jusqu_au=None) | Q(suspendu_le__isnull=False),
                name="client_suspension_datee",
            ),
            models.CheckConstraint(
                condition=Q(efface_le=None)
                | Q(code="", siren="", siret="", tva="", adresse="", complement="", ville=""),
                name="client_efface_sans_identite",
            ),
            borner_le_terme(nom="client_terme_borne", facultatif=True),
        ]
        indexes = [
            models.Index(fields=["creancier", "nom_recherche", "id"], name="client_par_nom"),
            models.Index(
                fields=["creancier", "siren"], condition=~Q(siren=""), name="client_par_siren"
            ),
            models.Index(
                fields=["creancier"],
                condition=Q(nature="inconnue", fusionne_dans=None),
                name="client_nature_a_etablir",
            ),
            models.Index(
                fields=["creancier"],
                condition=Q(est_a_completer=True, fusionne_dans=None),
                name="client_a_completer",
            ),
            models.Index(
                fields=["creancier", "procedure_collective_le"],
                condition=Q(procedure_collective_le__isnull=False, fusionne_dans=None),
                name="client_en_procedure",
            ),
            models.Index(
                fields=["creancier", "adresse_invalide_le"],
                condition=Q(adresse_invalide_le__isnull=False, fusionne_dans=None),
                name="client_adresse_rendue",
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        self.nom_recherche = nom_de_recherche(self.nom)
        if update_fields is not None and "nom" in (ecrits := set(update_fields)):
            update_fields = ecrits | {"nom_recherche"}
        super().save(
            force_insert=force_insert,
            force_update=force_update,
            using=using,
            update_fields=update_fields,
        )

    def get_absolute_url(self) -> str:
        return reverse("accueil:client", args=[self.creancier.code, self.pk])

    @property
    def terme(self) -> Terme | None:
        """Les conditions de règlement convenues avec lui, s'il y en a."""
        if not self.genre_terme or self.delai_paiement is None:
            return None
        return Terme(GenreTerme(self.genre_terme), self.delai_paiement, self.jour_terme)

    @property
    def qualite_a_etablir(self) -> bool:
        """Rien ne dit s'il est professionnel, particulier ou public."""
        return self.nature == NatureClient.INCONNUE

    def est_suspendu(self, *, au: date) -> bool:
        return suspension_court(self.suspendu_le, self.suspendu_jusqu_au, au=au)


class Contact(ModeleCloisonne):
    """Une personne, ou un service, chez le client."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="contacts")
    nom = models.CharField("nom", max_length=120, blank=True)
    fonction = models.CharField("fonction", max_length=120, blank=True)
    horaires = models.CharField("quand le joindre", max_length=120, blank=True)
    est_principal = models.BooleanField("à joindre d'abord", default=False)
    # Son adresse reçoit une copie de chaque courriel de relance du client.
    en_copie = models.BooleanField("en copie des relances", default=False)

    class Meta:
        verbose_name = "contact"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "client"],
                condition=Q(est_principal=True),
                name="contact_un_seul_principal",
            ),
        ]

    def __str__(self) -> str:
        return self.nom or self.fonction or "Contact"


class CoordonneeQuerySet(QuerySetCloisonne["Coordonnee"]):
    def courriels(self) -> Self:
        return self.filter(genre=GenreCoordonnee.COURRIEL)

    def utilisables(self) -> Self:
        return self.filter(validite__in=VALIDITES_UTILISABLES)


class Coordonnee(ModeleCloisonne):
    """Une adresse de courriel ou un numéro, avec ce que l'on sait de sa validité."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="coordonnees")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="coordonnees")
    genre = models.CharField(max_length=10, choices=GenreCoordonnee)
    valeur = models.CharField("adresse ou numéro", max_length=254)
    validite = models.CharField(max_length=10, choices=Validite, default=Validite.INCONNUE)
    motif = models.CharField("pourquoi", max_length=200, blank=True)
    depuis_le = models.DateField("depuis le", null=True, blank=True)
    rang = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar = CoordonneeQuerySet.as_manager()

    class Meta:
        verbose_name = "coordonnée"
        ordering = ["rang", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "contact", "genre", "valeur"],
                name="coordonnee_unique_par_contact",
                violation_error_message="Cette coordonnée est déjà connue pour ce contact.",
            ),
        ]
        indexes = [
            models.Index(fields=["creancier", "client", "genre"], name="coordonnee_par_client"),
            models.Index(fields=["creancier", "valeur"], name="coordonnee_par_valeur"),
        ]

    def __str__(self) -> str:
        return self.valeur

    @property
    def est_utilisable(self) -> bool:
        return self.validite in VALIDITES_UTILISABLES

    @property
    def est_telephone(self) -> bool:
        return self.genre == GenreCoordonnee.TELEPHONE

    @property
    def s_appelle(self) -> bool:
        return self.est_telephone and self.est_utilisable

    @property
    def lisible(self) -> str:
        return formats.telephone(self.valeur) if self.est_telephone else self.valeur

    @property
    def lien(self) -> str:
        """De quoi appeler ou écrire, d'un clic."""
        return f"tel:{formats.tel(self.valeur)}" if self.est_telephone else f"mailto:{self.valeur}"

    @property
    def icone(self) -> str:
        return "appel" if self.est_telephone else "courriel"

    @property
    def ton(self) -> str:
        if self.validite == Validite.VALIDE:
            return "solde"
        return "" if self.est_utilisable else "demeure"


class Marque(ModeleCloisonne):
    """Ce qu'un geste a dit d'une coordonnée : la dernière qui tient fait sa validité.

    La première, sans geste, garde ce que l'on en savait avant.
    """

    coordonnee = models.ForeignKey(Coordonnee, on_delete=models.CASCADE, related_name="marques")
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    validite = models.CharField(max_length=10, choices=Validite)
    motif = models.CharField("pourquoi", max_length=200, blank=True)
    depuis_le = models.DateField("depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "marque"
        indexes = [
            models.Index(
                fields=["geste"], condition=Q(geste__isnull=False), name="marque_par_geste"
            )
        ]

    def __str__(self) -> str:
        return self.get_validite_display()


class Note(ModeleCloisonne):
    """Ce que l'on écrit d'un client ; « à savoir » reste en vue pendant l'appel."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="notes")
    texte = models.TextField("note", max_length=4000)
    est_a_savoir = models.BooleanField("à savoir pendant l'appel", default=False)
    auteur = models.ForeignKey(Utilisateur, on_delete=models.PROTECT, related_name="+")
    ecrite_le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "note"
        indexes = [
            models.Index(fields=["creancier", "client", "-ecrite_le"], name="note_par_client")
        ]

    def __str__(self) -> str:
        return self.texte[:60]
