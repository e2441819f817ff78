"""Écrire un import : toutes ses lignes acceptées, ou rien."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from clients.enums import GenreCoordonnee
from clients.models import Client, Contact, Coordonnee
from clients.regles import nom_de_recherche
from factures.actions.soldes import annoncer_paiement, verrouiller, verrouiller_factures
from factures.enums import EtatImport, Moyen
from factures.erreurs import ImportDejaTraite
from factures.evenements import Evenement
from factures.models import Encaissement, Facture, Importation, Imputation, Piece
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.lots import inserer_fiches
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de

NOTE = "D'après l'import"
PENDANT_CE_TEMPS = "Des factures ont changé pendant ce temps : relisez l'aperçu."


@dataclass(slots=True)
class NouveauClient:
    fiche: Client
    courriel: str = ""
    telephone: str = ""


@dataclass(slots=True)
class NouvelleFacture:
    """Son client est connu, ou à créer avec elle ; `paye` : ce qui l'était déjà à l'émission."""

    facture: Facture
    client: Client | NouveauClient
    paye: Decimal = ZERO
    piece: Piece | None = None


@dataclass(slots=True)
class FactureRevue:
    """Une facture connue, ce qui en change, ce qui en est payé de plus."""

    facture: Facture
    change: dict[str, Any] = field(default_factory=dict)
    paye: Decimal = ZERO
    piece: Piece | None = None


def verrouiller_importation(importation: Importation) -> Importation:
    """Un import à la fois par créancier : deux dépôts du même fichier se suivent."""
    verrouiller(Creancier.objects.filter(pk=importation.creancier_id))
    (relu,) = verrouiller(Importation.objects.pour(importation.creancier).filter(pk=importation.pk))
    if relu.etat != EtatImport.APERCU:
        raise ImportDejaTraite
    relu.creancier = importation.creancier
    return relu


@transaction.atomic
def abandonner_import(importation: Importation, *, acteur: Utilisateur | None) -> Importation:
    importation = verrouiller_importation(importation)
    importation.etat = EtatImport.ABANDONNE
    importation.save(update_fields=["etat"])
    inscrire(Evenement.IMPORT_ABANDONNE, cible=importation, acteur=acteur, nom=importation.nom)
    return importation


@transaction.atomic
def ecrire_importation(
    importation: Importation,
    *,
    nouvelles: Sequence[NouvelleFacture],
    revues: Sequence[FactureRevue],
    acteur: Utilisateur | None,
    maintenant: datetime,
) -> None:
    """L'importation est verrouillée par l'appelant, qui a jugé les lignes sous ce verrou."""
    geste = poser(Genre.IMPORT, creancier=importation.creancier, acteur=acteur)
    try:
        with transaction.atomic():
            _refuser_les_fiches_reunies(importation.creancier, nouvelles)
            clients = _creer_les_clients(importation.creancier, nouvelles, geste)
            _creer_les_factures(nouvelles, importation, geste)
            _revoir(revues, importation, geste, maintenant)
    except IntegrityError as erreur:
        raise ImportDejaTraite(PENDANT_CE_TEMPS) from erreur
    importation.etat, importation.valide_le = EtatImport.VALIDE, maintenant
    importation.geste = geste
    importation.save(update_fields=["etat", "valide_le", "geste"])
    inscrire(
        Evenement.IMPORT_VALIDE,
        cible=importation,
        acteur=acteur,
        geste=geste,
        nom=importation.nom,
        creees=len(nouvelles),
        mises_a_jour=len(revues),
        clients=len(clients),
        # Ce qu'une personne a changé ou admis de ce que disaient les fichiers.
        **{
            nom: importation.options[nom]
            for nom in ("acceptees", "corrections")
            if importation.options.get(nom)
        },
    )


def _refuser_les_fiches_reunies(creancier: Creancier, nouvelles: Iterable[NouvelleFacture]) -> None:
    """Une fusion, qui prend le même verrou, a pu passer depuis que les lignes ont été jugées."""
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=creancier.pk)
    reunies = Client.objects.pour(creancier).exclude(fusionne_dans=None)
    reunies = set(reunies.values_list("pk", flat=True))
    if any(isinstance(n.client, Client) and n.client.pk in reunies for n in nouvelles):
        raise ImportDejaTraite(PENDANT_CE_TEMPS)


def _creer_les_clients(
    creancier: Creancier, nouvelles: Iterable[NouvelleFacture], geste: Geste
) -> list[NouveauClient]:
    neufs = list(
        {id(n.client): n.client for n in nouvelles if isinstance(n.client, NouveauClient)}.values()
    )
    for neuf in neufs:
        neuf.fiche.nom_recherche = nom_de_recherche(neuf.fiche.nom)
        neuf.fiche.geste = geste
    inserer_fiches([neuf.fiche for neuf in neufs])
    joignables = [neuf for neuf in neufs if neuf.courriel or neuf.telephone]
    contacts = inserer_fiches(
        [Contact(creancier=creancier, client=neuf.fiche) for neuf in joignables]
    )
    inserer_fiches(
        [
            Coordonnee(
                creancier=creancier, client=neuf.fiche, contact=contact, genre=genre, valeur=valeur
            )
            for neuf, contact in zip(joignables, contacts, strict=True)
            for genre, valeur in (
                (GenreCoordonnee.COURRIEL, neuf.courriel),
                (GenreCoordonnee.TELEPHONE, neuf.telephone),
            )
            if valeur
        ],
    )
    inscrire_lot(
        Evenement.CLIENT_IMPORTE,
        cibles=[(neuf.fiche, {"nom": neuf.fiche.nom}) for neuf in neufs],
        acteur=geste.auteur,
        geste=geste,
    )
    return neufs


def _creer_les_factures(
    nouvelles: Sequence[NouvelleFacture], importation: Importation, geste: Geste
) -> None:
    for nouvelle in nouvelles:
        facture, client = nouvelle.facture, nouvelle.client
        facture.client = client.fiche if isinstance(client, NouveauClient) else client
        facture.est_avoir = facture.nature == "avoir"
        facture.importation = importation
        facture.solde = facture.montant_ttc - nouvelle.paye
        facture.soldee_le = facture.date_emission if facture.solde == ZERO else None
    inserer_fiches([n.facture for n in nouvelles])
    inscrire_lot(
        Evenement.FACTURE_IMPORTEE,
        cibles=[
            (n.facture, {"import": importation.pk, "montant_ttc": n.facture.montant_ttc})
            for n in nouvelles
        ],
        acteur=geste.auteur,
        geste=geste,
    )
    _verser([(n.facture, n.paye, n.facture.date_emission) for n in nouvelles if n.paye], geste)
    _ranger_les_pieces(nouvelles, geste)


def _revoir(
    revues: Sequence[FactureRevue],
    importation: Importation,
    geste: Geste,
    maintenant: datetime,
) -> None:
    if not revues:
        return
    creancier, aujourdhui = importation.creancier, jour_de(maintenant)
    versements, soldees = [], []
    relues = verrouiller_factures(creancier, [revue.facture.pk for revue in revues])
    for revue in revues:
        facture = revue.facture
        if relues[facture.pk].solde != facture.solde:
            raise ImportDejaTraite(PENDANT_CE_TEMPS)
        regle = facture.montant_ttc - facture.solde
        for nom, valeur in revue.change.items():
            setattr(facture, nom, valeur)
        facture.solde = facture.montant_ttc - regle - revue.paye
        if revue.paye:
            recu_le = max(aujourdhui, facture.date_emission)
            versements.append((facture, revue.paye, recu_le))
            if facture.solde == ZERO:
                facture.soldee_le = recu_le
                soldees.append(facture)
    champs = {nom for revue in revues for nom in revue.change} | {"solde", "soldee_le"}
    Facture.objects.pour(creancier).bulk_update(
        [revue.facture for revue in revues], sorted(champs), batch_size=200
    )
    inscrire_lot(
        Evenement.FACTURE_MISE_A_JOUR,
        cibles=[
            (r.facture, {"import": importation.pk, "apres": r.change, "paye": r.paye})
            for r in revues
        ],
        acteur=geste.auteur,
        geste=geste,
    )
    _verser(versements, geste)
    _ranger_les_pieces(revues, geste)
    touchees = [revue.facture for revue in revues if revue.change or revue.paye]
    annoncer_paiement(creancier, touchees, soldees, geste)


def _verser(versements: Sequence[tuple[Facture, Decimal, Any]], geste: Geste) -> None:
    """Ce que le fichier dit déjà payé : un règlement par facture, imputé sur elle."""
    encaissements = inserer_fiches(
        [
            Encaissement(
                creancier_id=facture.creancier_id,
                client_id=facture.client_id,
                montant=paye,
                disponible=ZERO,
                recu_le=recu_le,
                moyen=Moyen.DEJA_VERSE,
                note=NOTE,
                saisi_par=geste.auteur,
                geste=geste,
            )
            for facture, paye, recu_le in versements
        ],
    )
    inserer_fiches(
        [
            Imputation(
                creancier_id=facture.creancier_id,
                encaissement=encaissement,
                facture=facture,
                montant=paye,
                le=recu_le,
            )
            for encaissement, (facture, paye, recu_le) in zip(
                encaissements, versements, strict=True
            )
        ],
    )
    inscrire_lot(
        Evenement.REGLEMENT_IMPUTE,
        cibles=[
            (facture, {"encaissement": encaissement.pk, "montant": paye, "reste": facture.solde})
            for encaissement, (facture, paye, _) in zip(encaissements, versements, strict=True)
        ],
        acteur=geste.auteur,
        geste=geste,
    )


def _ranger_les_pieces(lignes: Iterable[NouvelleFacture | FactureRevue], geste: Geste) -> None:
    pieces = []
    for ligne in lignes:
        if ligne.piece is not None:
            ligne.piece.facture, ligne.piece.client_id = ligne.facture, ligne.facture.client_id
            ligne.piece.geste = geste
            pieces.append(ligne.piece)
    inserer_fiches(pieces)
