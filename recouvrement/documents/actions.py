"""Sceller : rendre une fois, garder sous l'empreinte, ne plus jamais refaire."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib import import_module
from io import BytesIO
from types import ModuleType
from typing import Any

from django.db import transaction
from pypdf import PdfReader, PdfWriter

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.contextes import images_du_creancier
from recouvrement.documents.evenements import Evenement
from recouvrement.documents.models import Document
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier


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
    rendu = _rendu()
    octets = rendu.rendre_pdf(
        gabarit, contexte, images=images_du_creancier(creancier), formulaire=formulaire
    )
    return _garder(
        creancier,
        octets,
        nature=nature,
        titre=titre,
        nom_fichier=nom_fichier,
        gabarit=gabarit,
        donnees=donnees,
        maintenant=maintenant,
        acteur=acteur,
    )


def rendre(creancier: Creancier, gabarit: str, contexte: Mapping[str, object]) -> bytes:
    """Un PDF qui entrera dans une liasse : rien n'est gardé."""
    return _rendu().rendre_pdf(gabarit, contexte, images=images_du_creancier(creancier))


def sceller_liasse(
    creancier: Creancier,
    parties: Iterable[bytes],
    *,
    nature: str,
    titre: str,
    nom_fichier: str,
    gabarit: str,
    donnees: Mapping[str, Any],
    maintenant: datetime,
    acteur: Utilisateur | None,
) -> Document:
    """Plusieurs PDF en un seul document scellé, dans l'ordre donné."""
    return _garder(
        creancier,
        _fusionner([BytesIO(octets) for octets in parties]),
        nature=nature,
        titre=titre,
        nom_fichier=nom_fichier,
        gabarit=gabarit,
        donnees=donnees,
        maintenant=maintenant,
        acteur=acteur,
    )


def _garder(
    creancier: Creancier,
    octets: bytes,
    *,
    nature: str,
    titre: str,
    nom_fichier: str,
    gabarit: str,
    donnees: Mapping[str, Any],
    maintenant: datetime,
    acteur: Utilisateur | None,
) -> Document:
    empreinte = fichiers.deposer(octets)
    valeurs = {
        "titre": titre[:200],
        "nom_fichier": nom_fichier[:150],
        "taille": len(octets),
        "pages": len(PdfReader(BytesIO(octets)).pages),
        "gabarit": gabarit,
        "version_gabarit": _rendu().version_du_gabarit(gabarit),
        "donnees": dict(donnees),
        "cree_le": maintenant,
    }
    with transaction.atomic():
        document, neuf = Document.objects.pour(creancier).get_or_create(
            creancier=creancier, nature=nature, empreinte=empreinte, defaults=valeurs
        )
        if neuf:
            inscrire(
                Evenement.DOCUMENT_SCELLE,
                cible=document,
                acteur=acteur,
                nature=nature,
                empreinte=empreinte,
            )
    return document


def assembler(documents: Iterable[Document]) -> bytes:
    """Plusieurs documents en un fichier à imprimer, dans l'ordre donné.

    Le premier est repris entier : ses champs à remplir, sa langue et son balisage restent.
    """
    parties = [BytesIO(fichiers.lire(document.empreinte)) for document in documents]
    if not parties:
        raise ErreurMetier("Il n'y a aucun document à imprimer.")
    return _fusionner(parties)


def _fusionner(parties: list[BytesIO]) -> bytes:
    premier, *suite = parties
    ecrivain = PdfWriter(clone_from=premier)
    for partie in suite:
        ecrivain.append(partie, import_outline=False)
    ecrivain.compress_identical_objects()
    sortie = BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()


def _rendu() -> ModuleType:
    """WeasyPrint est long à charger : seul le premier document scellé l'attend."""
    return import_module("recouvrement.documents.rendu")
