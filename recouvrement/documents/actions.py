"""Sceller : rendre une fois, garder sous l'empreinte, ne plus jamais refaire."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import transaction
from pypdf import PdfReader, PdfWriter

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.contextes import images_du_creancier
from recouvrement.documents.evenements import Evenement
from recouvrement.documents.models import Document
from recouvrement.documents.rendu import rendre_pdf, version_du_gabarit
from recouvrement.journal.actions import inscrire


def sceller(
    creancier: Creancier,
    *,
    nature: str,
    titre: str,
    nom_fichier: str,
    gabarit: str,
    contexte: Mapping[str, object],
    donnees: Mapping[str, Any],
    maintenant: datetime,
    acteur: Utilisateur | None,
    formulaire: bool = False,
) -> Document:
    """Le document de ce contexte. Le rendu, long, se fait hors transaction ; puis une écriture."""
    octets = rendre_pdf(
        gabarit, contexte, images=images_du_creancier(creancier), formulaire=formulaire
    )
    empreinte = fichiers.deposer(octets)
    with transaction.atomic():
        existant = Document.objects.pour(creancier).filter(nature=nature, empreinte=empreinte)
        if deja := existant.first():
            return deja
        document = Document.objects.create(
            creancier=creancier,
            nature=nature,
            titre=titre[:200],
            nom_fichier=nom_fichier[:150],
            empreinte=empreinte,
            taille=len(octets),
            pages=len(PdfReader(BytesIO(octets)).pages),
            gabarit=gabarit,
            version_gabarit=version_du_gabarit(gabarit),
            donnees=dict(donnees),
            cree_le=maintenant,
        )
        inscrire(
            Evenement.DOCUMENT_SCELLE,
            cible=document,
            acteur=acteur,
            nature=nature,
            empreinte=empreinte,
        )
    return document


def assembler(documents: Iterable[Document]) -> bytes:
    """Plusieurs documents en un fichier à imprimer, dans l'ordre donné."""
    ecrivain = PdfWriter()
    for document in documents:
        ecrivain.append(BytesIO(fichiers.lire(document.empreinte)), import_outline=False)
    sortie = BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()
