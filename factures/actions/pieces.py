"""Mettre une preuve au dossier, à l'octet près."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import ProtectedError

from clients.models import Client
from factures.actions.verrous import verrouiller_client
from factures.erreurs import FactureIntrouvable, PieceRefusee
from factures.evenements import Evenement
from factures.models import Facture, Piece
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.actions.quotas import Reste, noter_depots
from recouvrement.documents.pdf.examen import examiner
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Geste

MEGA = 1024 * 1024
PLAFOND = 20 * MEGA
# Ce que l'on peut montrer à un tribunal ; le reste n'est pas une preuve, ou pas sans danger.
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "eml": "message/rfc822",
    "txt": "text/plain",
    "xml": "application/xml",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
AMORCES = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "docx": (b"PK",),
    "xlsx": (b"PK",),
    "odt": (b"PK",),
}
# Dans ce qui n'est ni un PDF ni une archive, un script se lit tel quel.
SCRIPT = re.compile(rb"<script|javascript:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fichier:
    """Un fichier déposé et déjà ouvert à part : son vrai type, ses pages, ce qui agit."""

    nom: str
    octets: bytes
    type_mime: str
    pages: int | None = None
    est_actif: bool = False

    @classmethod
    def lire(cls, nom_fichier: str, octets: bytes, *, creancier: Creancier) -> "Fichier":
        """Peut prendre du temps : hors de toute transaction."""
        nom = nom_propre(nom_fichier)
        type_mime = _type(nom, octets)
        Reste(creancier).prendre(len(octets))
        examen = examiner(_extension(nom), octets)
        return cls(
            nom,
            octets,
            type_mime,
            pages=examen.pages if type_mime == TYPES["pdf"] else None,
            est_actif=bool(examen.actif) or bool(SCRIPT.search(octets)),
        )


def deposer_piece(
    client: Client,
    *,
    nature: str,
    intitule: str,
    nom_fichier: str,
    octets: bytes,
    acteur: Utilisateur | None,
    type_mime: str = "",
    facture: Facture | None = None,
    du: date | None = None,
) -> Piece:
    """Le même fichier sur la même facture est refusé ; le type se lit dans les octets.

    `type_mime` annoncé ne sert à rien s'il contredit le contenu : il n'est pas gardé.
    """
    fichier = Fichier.lire(nom_fichier, octets, creancier=client.creancier)
    return verser_piece(
        client, nature=nature, intitule=intitule, fichier=fichier, acteur=acteur, facture=facture,
        du=du,
    )  # fmt: skip


def verser_piece(
    client: Client,
    *,
    nature: str,
    intitule: str,
    fichier: Fichier,
    acteur: Utilisateur | None,
    facture: Facture | None = None,
    du: date | None = None,
    geste: Geste | None = None,
) -> Piece:
    """Un fichier déjà ouvert ; peut se faire dans la transaction d'une autre action."""
    if facture is not None and facture.client_id != client.pk:
        raise FactureIntrouvable
    empreinte = fichiers.deposer(fichier.octets)
    with transaction.atomic():
        verrouiller_client(client)
        memes = Piece.objects.pour(client.creancier).filter(
            client=client, facture=facture, empreinte=empreinte
        )
        if memes.exists():
            raise PieceRefusee("Cette pièce est déjà au dossier.")
        piece = Piece.objects.create(
            creancier=client.creancier,
            client=client,
            facture=facture,
            nature=nature,
            intitule=(intitule or fichier.nom)[:200],
            nom_fichier=fichier.nom,
            type_mime=fichier.type_mime,
            taille=len(fichier.octets),
            pages=fichier.pages,
            empreinte=empreinte,
            contenu_actif=fichier.est_actif,
            du=du,
            deposee_par=acteur,
            geste=geste,
        )
        noter_depots(client.creancier, [(empreinte, piece.taille)], par=acteur)
        inscrire(
            Evenement.PIECE_DEPOSEE,
            cible=facture or client,
            acteur=acteur,
            geste=geste,
            piece=piece.pk,
            intitule=piece.intitule,
            empreinte=piece.empreinte,
        )
    return piece


def retirer_piece(piece: Piece, *, geste: Geste) -> bool:
    """Le geste qui l'avait versée est annulé ; celle qu'un dossier emploie reste."""
    numero, client = piece.pk, piece.client
    try:
        piece.delete()
    except ProtectedError:
        return False
    inscrire(
        Evenement.PIECE_RETIREE,
        cible=client,
        acteur=geste.auteur,
        geste=geste,
        piece=numero,
        intitule=piece.intitule,
        empreinte=piece.empreinte,
    )
    return True


def nom_propre(nom: str) -> str:
    """Le seul nom de fichier : ni dossier, ni caractère de commande."""
    nom = PurePosixPath(nom.replace("\\", "/")).name
    return "".join(c for c in nom if c.isprintable())[-255:] or "piece"


def _extension(nom: str) -> str:
    return PurePosixPath(nom).suffix.lower().removeprefix(".")


def _type(nom: str, octets: bytes) -> str:
    extension = _extension(nom)
    if not octets:
        raise PieceRefusee("Ce fichier est vide.")
    if len(octets) > PLAFOND:
        raise PieceRefusee(f"Ce fichier dépasse {PLAFOND // MEGA} Mo.")
    if extension not in TYPES:
        raise PieceRefusee(
            "Ce type de fichier n'est pas accepté : déposez un PDF, une image, un courriel (.eml), "
            "un texte ou un document bureautique."
        )
    amorces = AMORCES.get(extension)
    if amorces and not any(amorce in octets[:1024] for amorce in amorces):
        raise PieceRefusee(f"Ce fichier n'est pas un {extension.upper()} malgré son nom.")
    return TYPES[extension]
