"""Sceller : rendre une fois, garder sous l'empreinte, ne plus jamais refaire."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.actions.quotas import noter_depots
from recouvrement.documents.contextes import images_du_creancier
from recouvrement.documents.evenements import Evenement
from recouvrement.documents.models import Document
from recouvrement.documents.pdf.demandes import Partie
from recouvrement.documents.pdf.examen import fusionner
from recouvrement.documents.pdf.rendu import rendre_pdf, version_du_gabarit
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
    octets, pages = rendre_pdf(
        gabarit, contexte, images=images_du_creancier(creancier), formulaire=formulaire
    )
    return _garder(
        creancier,
        octets,
        pages=pages,
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
    return rendre_pdf(gabarit, contexte, images=images_du_creancier(creancier))[0]


def sceller_liasse(
    creancier: Creancier,
    parties: Iterable[Partie],
    *,
    nature: str,
    titre: str,
    nom_fichier: str,
    gabarit: str,
    donnees: Mapping[str, Any],
    maintenant: datetime,
    acteur: Utilisateur | None,
) -> Document:
    """Plusieurs PDF en un seul document scellé, dans l'ordre donné, sans rien qui agisse."""
    octets, pages = fusionner(list(parties))
    return _garder(
        creancier,
        octets,
        pages=pages,
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
    pages: int,
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
        "pages": pages,
        "gabarit": gabarit,
        "version_gabarit": version_du_gabarit(gabarit),
        "donnees": dict(donnees),
        "cree_le": maintenant,
    }
    with transaction.atomic():
        document, neuf = Document.objects.pour(creancier).get_or_create(
            creancier=creancier, nature=nature, empreinte=empreinte, defaults=valeurs
        )
        if neuf:
            noter_depots(creancier, [(empreinte, len(octets))], par=None)
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
    parties = [Partie(fichiers.lire(document.empreinte)) for document in documents]
    if not parties:
        raise ErreurMetier("Il n'y a aucun document à imprimer.")
    return fusionner(parties)[0]
