from django.db import models
from django.db.models import Q

from clients.models import Client
from factures.enums import NaturePiece
from factures.models.facture import Facture
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.immuable import Protection
from recouvrement.journal.models import Geste


class Piece(ModeleCloisonne):
    """Une preuve, gardée à l'octet près sous son empreinte SHA-256."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="pieces")
    facture = models.ForeignKey(
        Facture, on_delete=models.PROTECT, null=True, blank=True, related_name="pieces"
    )
    nature = models.CharField("nature", max_length=12, choices=NaturePiece)
    intitule = models.CharField("intitulé", max_length=200)
    nom_fichier = models.CharField(max_length=255)
    type_mime = models.CharField(max_length=100)
    taille = models.PositiveIntegerField()
    empreinte = models.CharField(max_length=64)
    # Vide : déposée avant que les pages ne se comptent ; zéro : elle ne s'ouvre pas.
    pages = models.PositiveIntegerField(null=True, blank=True)
    contenu_actif = models.BooleanField("contient du code", default=False)
    du = models.DateField("datée du", null=True, blank=True)
    deposee_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    deposee_le = models.DateTimeField(auto_now_add=True)
    # L'import ou le dépôt à la poste dont elle vient ; vide : déposée à part.
    geste = models.ForeignKey(
        Geste, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    # Son client suit une fusion. Ne s'effacent que l'original d'un import qui se défait et la
    # preuve d'un dépôt annulé.
    protections = (
        Protection(
            "factures_piece",
            "Une pièce déposée ne se récrit pas",
            modifiable=(
                "{egales:id,creancier_id,facture_id,nature,intitule,nom_fichier,type_mime,taille,"
                "empreinte,contenu_actif,du,deposee_par_id,deposee_le,geste_id}"
            ),
            effacable=(
                "(OLD.nature = 'facture' AND OLD.facture_id IS NOT NULL)"
                " OR (OLD.nature = 'preuve_depot' AND OLD.geste_id IS NOT NULL)"
            ),
        ),
    )

    class Meta:
        verbose_name = "pièce"
        constraints = [
            models.UniqueConstraint(
                fields=["creancier", "client", "facture", "empreinte"],
                name="piece_unique_par_facture",
                violation_error_message="Cette pièce est déjà au dossier.",
            ),
            models.CheckConstraint(condition=Q(taille__gt=0), name="piece_non_vide"),
        ]
        indexes = [models.Index(fields=["creancier", "client"], name="piece_par_client")]

    def __str__(self) -> str:
        return self.intitule
