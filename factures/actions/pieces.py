"""Mettre une preuve au dossier, à l'octet près."""

import re
from datetime import date
from pathlib import PurePosixPath

from django.db import transaction

from clients.models import Client
from factures.actions.soldes import verrouiller_client
from factures.erreurs import FactureIntrouvable, PieceRefusee
from factures.evenements import Evenement
from factures.models import Facture, Piece
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents import fichiers
from recouvrement.journal.actions import inscrire

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
CODE_ACTIF = re.compile(
    rb"/(JavaScript|JS|Launch|OpenAction|RichMedia)\b|<script|vbaProject",
    re.IGNORECASE,
)


@transaction.atomic
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
    if facture is not None and facture.client_id != client.pk:
        raise FactureIntrouvable
    verrouiller_client(client)
    piece = preparer_piece(
        client, facture=facture, nature=nature, intitule=intitule, nom_fichier=nom_fichier,
        octets=octets, acteur=acteur, du=du,
    )  # fmt: skip
    meme = Piece.objects.pour(client.creancier).filter(
        client=client, facture=facture, empreinte=piece.empreinte
    )
    if meme.exists():
        raise PieceRefusee("Cette pièce est déjà au dossier.")
    piece.save()
    inscrire(
        Evenement.PIECE_DEPOSEE,
        cible=facture or client,
        acteur=acteur,
        piece=piece.pk,
        intitule=piece.intitule,
        empreinte=piece.empreinte,
    )
    return piece


def preparer_piece(
    client: Client,
    *,
    facture: Facture | None,
    nature: str,
    intitule: str,
    nom_fichier: str,
    octets: bytes,
    acteur: Utilisateur | None,
    du: date | None = None,
) -> Piece:
    """La pièce prête à écrire, ses octets déjà gardés ; sert aussi à en écrire mille d'un coup."""
    nom = nom_propre(nom_fichier)
    return Piece(
        creancier=client.creancier,
        client=client,
        facture=facture,
        nature=nature,
        intitule=(intitule or nom)[:200],
        nom_fichier=nom,
        type_mime=_type(nom, octets),
        taille=len(octets),
        empreinte=fichiers.deposer(octets),
        contenu_actif=a_du_code(octets),
        du=du,
        deposee_par=acteur,
    )


def a_du_code(octets: bytes) -> bool:
    """Un script, une action ou une macro : la pièce ne s'ouvrira pas dans la page."""
    return bool(CODE_ACTIF.search(octets))


def nom_propre(nom: str) -> str:
    """Le seul nom de fichier : ni dossier, ni caractère de commande."""
    nom = PurePosixPath(nom.replace("\\", "/")).name
    return "".join(c for c in nom if c.isprintable())[-255:] or "piece"


def _type(nom: str, octets: bytes) -> str:
    extension = PurePosixPath(nom).suffix.lower().removeprefix(".")
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
