"""Les actes préparés du dossier : décompte, projet de requête, bordereau, scellés."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from contentieux.documents import (
    GABARIT_BORDEREAU,
    GABARIT_FEUILLE,
    GABARIT_REQUETE,
    contexte_de_bordereau,
    contexte_de_feuille,
    contexte_de_requete,
)
from contentieux.enums import EtatDossier, Voie
from contentieux.evenements import Evenement
from contentieux.lectures import en_sa_faveur, factures_du_dossier
from contentieux.models import DocumentDossier, Dossier, PieceDossier
from factures.documents import GABARIT_DECOMPTE, contexte_du_decompte, donnees_du_decompte
from factures.lectures import decompte_client
from factures.lectures.decompte import DecompteClient
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.actions.scelles import rendre, sceller, sceller_liasse
from recouvrement.documents.contextes import LigneDeduite
from recouvrement.documents.models import Document
from recouvrement.documents.pdf.demandes import Partie, liasse_demesuree
from recouvrement.documents.pdf.examen import examiner
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de


def _refuser_l_arrete_depasse(
    dossier: Dossier, factures: list[Facture], decompte: DecompteClient, *, le: date
) -> None:
    """Ce qui a été payé compte du jour où il l'a été : on ne demande pas ce qui n'est plus dû."""
    if not decompte.total:
        raise ErreurMetier("Rien n'est dû à la date d'arrêté : il n'y a rien à demander.")
    a_ce_jour = decompte_client(dossier.client, au=le, factures=factures)
    depuis = [paye.le for paye in a_ce_jour.paiements if paye.le > decompte.au]
    if depuis:
        raise ErreurMetier(
            f"Un règlement du {formats.jour(max(depuis))} n'est pas compté : le décompte est "
            f"arrêté au {formats.jour(decompte.au)}. Donnez une date d'arrêté plus récente."
        )


def preparer_documents(
    dossier: Dossier, *, maintenant: datetime, acteur: Utilisateur
) -> list[DocumentDossier]:
    """Scelle ce que l'on sait ; ce qui manque reste à remplir dans le projet."""
    if dossier.etat == EtatDossier.CLOS:
        raise ErreurMetier("Ce dossier est clos.")
    if dossier.arrete_au is None:
        raise ErreurMetier("Renseignez d'abord la requête : la date d'arrêté du décompte manque.")
    factures = factures_du_dossier(dossier)
    decompte = decompte_client(dossier.client, au=dossier.arrete_au, factures=factures)
    if contre := decompte.refus or decompte.sans_accessoires:
        raise ErreurMetier(contre)
    _refuser_l_arrete_depasse(dossier, factures, decompte, le=jour_de(maintenant))
    pieces = list(
        PieceDossier.objects.pour(dossier.creancier).filter(dossier=dossier).select_related("piece")
    )
    pages = [_pages(piece) for piece in pieces]
    _refuser_la_liasse_demesuree(pieces, pages)
    deduites = en_sa_faveur(dossier, factures, au=dossier.arrete_au)
    acte = _Acte(dossier, decompte, deduites, pieces, pages, maintenant, acteur)
    documents = [acte.decompte_scelle()]
    if dossier.voie != Voie.AUTRE:
        documents.append(acte.requete())
    if pieces:
        documents += [acte.bordereau(), acte.liasse()]
    return _attacher(dossier, documents, acteur=acteur)


@dataclass(frozen=True, slots=True)
class _Acte:
    """Un dossier au jour où on le scelle : chaque document en tire le sien."""

    dossier: Dossier
    decompte: DecompteClient
    deduites: Sequence[LigneDeduite]
    pieces: Sequence[PieceDossier]
    pages: Sequence[int]
    maintenant: datetime
    acteur: Utilisateur

    @property
    def le(self) -> date:
        return jour_de(self.maintenant)

    def decompte_scelle(self) -> Document:
        client, decompte, numero = self.dossier.client, self.decompte, self.dossier.pk
        return sceller(
            self.dossier.creancier,
            nature="decompte",
            titre=f"Décompte au {formats.jour(decompte.au)}",
            nom_fichier=f"decompte-{numero}.pdf",
            gabarit=GABARIT_DECOMPTE,
            contexte=contexte_du_decompte(
                client, decompte, reference=f"DC-{numero}", deduites=self.deduites
            ),
            donnees=donnees_du_decompte(decompte),
            maintenant=self.maintenant,
            acteur=self.acteur,
        )

    def requete(self) -> Document:
        dossier = self.dossier
        return sceller(
            dossier.creancier,
            nature="requete",
            titre="Projet de requête en injonction de payer",
            nom_fichier=f"requete-{dossier.pk}.pdf",
            gabarit=GABARIT_REQUETE,
            contexte=contexte_de_requete(
                dossier, self.decompte, pieces=self.pieces, le=self.le, deduites=self.deduites
            ),
            donnees=donnees_du_decompte(self.decompte) | {"tribunal": dossier.tribunal},
            formulaire=True,
            maintenant=self.maintenant,
            acteur=self.acteur,
        )

    def bordereau(self) -> Document:
        pages = [nombre or 1 for nombre in self.pages]
        return sceller(
            self.dossier.creancier,
            nature="bordereau",
            titre="Bordereau de pièces",
            nom_fichier=f"bordereau-{self.dossier.pk}.pdf",
            gabarit=GABARIT_BORDEREAU,
            contexte=contexte_de_bordereau(
                self.dossier, pieces=self.pieces, pages=pages, le=self.le
            ),
            donnees={"pieces": [p.intitule for p in self.pieces]},
            maintenant=self.maintenant,
            acteur=self.acteur,
        )

    def liasse(self) -> Document:
        return sceller_liasse(
            self.dossier.creancier,
            _liasse(self.dossier, self.pieces, self.pages, le=self.le),
            nature="pieces",
            titre="Pièces numérotées",
            nom_fichier=f"pieces-{self.dossier.pk}.pdf",
            gabarit=GABARIT_FEUILLE,
            donnees={"pieces": [p.piece.empreinte for p in self.pieces if p.piece]},
            maintenant=self.maintenant,
            acteur=self.acteur,
        )


@transaction.atomic
def _attacher(
    dossier: Dossier, documents: Sequence[Document], *, acteur: Utilisateur
) -> list[DocumentDossier]:
    liens = [
        DocumentDossier.objects.pour(dossier.creancier).get_or_create(
            creancier=dossier.creancier, dossier=dossier, document=document
        )[0]
        for document in documents
    ]
    inscrire(
        Evenement.DOSSIER_DOCUMENTS,
        cible=dossier,
        acteur=acteur,
        documents=[document.empreinte for document in documents],
    )
    return liens


def _liasse(
    dossier: Dossier, pieces: Sequence[PieceDossier], pages: Sequence[int], *, le: date
) -> Iterator[Partie]:
    """Chaque pièce derrière sa feuille ; ce qui n'est pas un PDF lisible se joint à part."""
    for piece, nombre in zip(pieces, pages, strict=True):
        feuille = contexte_de_feuille(
            dossier,
            piece=piece,
            pages=nombre or 1,
            le=le,
            resume="" if nombre else f"Fichier joint à part : {_nom(piece)}",
        )
        yield Partie(rendre(dossier.creancier, GABARIT_FEUILLE, feuille))
        if nombre and piece.piece:
            yield Partie(fichiers.lire(piece.piece.empreinte), etranger=True)


def _nom(piece: PieceDossier) -> str:
    return piece.piece.nom_fichier if piece.piece else piece.intitule


def _pages(piece: PieceDossier) -> int:
    """Zéro quand la pièce n'entre pas dans la liasse : image, PDF protégé ou abîmé."""
    if piece.piece is None or piece.piece.type_mime != "application/pdf":
        return 0
    if piece.piece.pages is not None:
        return piece.piece.pages
    # Déposée avant que les pages ne se comptent au dépôt.
    return examiner("pdf", fichiers.lire(piece.piece.empreinte)).pages


def _refuser_la_liasse_demesuree(pieces: Sequence[PieceDossier], pages: Sequence[int]) -> None:
    """Avant de rendre quoi que ce soit : un dossier trop lourd se dit tout de suite."""
    phrase = liasse_demesuree(
        pages=sum(pages),
        poids=sum(p.piece.taille for p, n in zip(pieces, pages, strict=True) if n and p.piece),
    )
    if phrase:
        raise ErreurMetier(phrase)
