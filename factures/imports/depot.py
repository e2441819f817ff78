"""L'import de bout en bout : déposer et apercevoir, relire, écrire."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform

from clients.models import Client
from factures.actions.importation import (
    FactureRevue,
    NouveauClient,
    NouvelleFacture,
    ecrire_importation,
    verrouiller_importation,
)
from factures.actions.pieces import a_du_code
from factures.enums import NaturePiece, SortLigne
from factures.erreurs import ImportVide
from factures.evenements import Evenement
from factures.imports.apercu import (
    LigneApercu,
    Lue,
    PieceLue,
    apercevoir,
    echeance_par_defaut,
)
from factures.imports.feuilles import Colonnes, lues_de
from factures.imports.figes import figer, rendre
from factures.imports.isolement import lire_au_fil
from factures.imports.rapprochement import ClientVise
from factures.imports.types import AVOIR, Anomalie
from factures.models import Facture, Importation, LigneImport, Piece
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers as magasin
from recouvrement.journal.actions import inscrire

LOT = 2000
ECRITES = (SortLigne.CREEE, SortLigne.MISE_A_JOUR)


def preparer_import(
    creancier: Creancier,
    fichiers: Iterable[tuple[str, bytes]],
    *,
    acteur: Utilisateur | None,
    maintenant: datetime,
    correspondance: Mapping[str, str] | None = None,
    rang_entree: int = 0,
) -> Importation:
    """Lit ces fichiers et montre ce qu'il en adviendra ; rien d'autre n'est écrit.

    `correspondance` : en-tête → champ, "" pour ignorer une colonne.
    """
    deposes: list[dict[str, Any]] = []
    colonnes = Colonnes(creancier, correspondance)
    lues = list(lues_de(lire_au_fil(_deposer(fichiers, deposes)), colonnes, deposes))
    if not deposes:
        raise ImportVide
    with transaction.atomic():
        importation = Importation.objects.create(
            creancier=creancier,
            nom=_nom(deposes),
            fichiers=deposes,
            correspondance={"feuilles": colonnes.feuilles},
            options={"rang_entree": rang_entree},
            depose_par=acteur,
        )
        _ecrire_lignes(importation, apercevoir(creancier, lues))
        inscrire(
            Evenement.IMPORT_DEPOSE,
            cible=importation,
            acteur=acteur,
            fichiers=[f"{depose['nom']} {depose['empreinte']}" for depose in deposes[:50]],
        )
    return importation


def relire_import(
    importation: Importation, *, correspondance: Mapping[str, str], rang_entree: int
) -> Importation:
    """Refait l'aperçu des mêmes octets, les colonnes corrigées."""
    colonnes = Colonnes(importation.creancier, correspondance)
    deposes = [dict(depose) for depose in importation.fichiers]
    octets = ((depose["nom"], magasin.lire(depose["empreinte"])) for depose in deposes)
    lues = list(lues_de(lire_au_fil(octets), colonnes, deposes))
    with transaction.atomic():
        importation = verrouiller_importation(importation)
        importation.correspondance = {"feuilles": colonnes.feuilles}
        importation.options |= {"rang_entree": rang_entree}
        importation.save(update_fields=["correspondance", "options"])
        LigneImport.objects.pour(importation.creancier).filter(importation=importation).delete()
        _ecrire_lignes(importation, apercevoir(importation.creancier, lues))
    return importation


@transaction.atomic
def valider_import(
    importation: Importation, *, acteur: Utilisateur | None, maintenant: datetime
) -> Importation:
    """Écrit toutes les lignes acceptées, jugées de nouveau sur la base d'aujourd'hui."""
    importation = verrouiller_importation(importation)
    creancier = importation.creancier
    lignes = LigneImport.objects.pour(creancier).filter(importation=importation)
    gardees = list(lignes.exclude(sort=SortLigne.REFUSEE).exclude(lu={}).order_by("rang"))
    lues = [_degeler(ligne) for ligne in gardees]
    apercus = apercevoir(creancier, lues)
    nouvelles, revues = _a_ecrire(importation, apercus, acteur)
    ecrire_importation(
        importation, nouvelles=nouvelles, revues=revues, acteur=acteur, maintenant=maintenant
    )
    _suivre(lignes, gardees, apercus)
    memoriser_colonnes(importation)
    return importation


def memoriser_colonnes(importation: Importation) -> None:
    for feuille in importation.correspondance.get("feuilles", ()):
        Colonnes.memoriser(importation.creancier, feuille)


def _deposer(
    fichiers: Iterable[tuple[str, bytes]], deposes: list[dict[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    for nom, octets in fichiers:
        depose = {"nom": nom[:255], "empreinte": magasin.deposer(octets), "taille": len(octets)}
        if a_du_code(octets):
            depose["actif"] = True
        deposes.append(depose)
        yield nom, octets


def _nom(deposes: list[dict[str, Any]]) -> str:
    premier, reste = deposes[0]["nom"][:200], len(deposes) - 1
    return f"{premier} et {reste} autre{'s' if reste > 1 else ''}" if reste else premier


def _ecrire_lignes(importation: Importation, apercus: list[LigneApercu]) -> None:
    LigneImport.objects.bulk_create(
        [
            LigneImport(
                creancier=importation.creancier,
                importation=importation,
                rang=rang,
                origine=apercu.lue.origine[:255],
                sort=apercu.sort,
                lu=_figer(apercu),
                refus=[{"champ": r.champ, "phrase": r.phrase} for r in apercu.lue.refus],
                alertes=[{"champ": a.champ, "phrase": a.phrase} for a in apercu.lue.alertes],
                facture=apercu.existante,
            )
            for rang, apercu in enumerate(apercus, start=1)
        ],
        batch_size=LOT,
    )


def _figer(apercu: LigneApercu) -> dict[str, Any]:
    lue, fige = apercu.lue, {}
    if lue.facture is not None:
        fige = figer(lue.facture)
    if lue.cellules:
        fige["cellules"] = lue.cellules
    if lue.piece is not None:
        fige["piece"] = [lue.piece.nom, lue.piece.empreinte, lue.piece.taille, lue.piece.actif]
    if lue.alertes and lue.facture is not None:
        # Ce que le lecteur avait signalé, sans ce que l'aperçu y a ajouté d'après la base.
        fige["lecture"] = [[a.champ, a.phrase] for a in lue.alertes if a.champ not in JUGES]
    if apercu.client is not None:
        fige["client"] = apercu.client.nom
    return fige


JUGES = {"sort", "client", "vendeur"}


def _degeler(ligne: LigneImport) -> Lue:
    piece = PieceLue(*ligne.lu["piece"]) if "piece" in ligne.lu else None
    facture = rendre(ligne.lu) if "numero" in ligne.lu else None
    alertes = [Anomalie(champ, phrase) for champ, phrase in ligne.lu.get("lecture", ())]
    if facture is None:
        alertes = [Anomalie(a["champ"], a["phrase"]) for a in ligne.alertes]
    return Lue(ligne.origine, facture, alertes=alertes, piece=piece)


def _a_ecrire(
    importation: Importation, apercus: list[LigneApercu], acteur: Utilisateur | None
) -> tuple[list[NouvelleFacture], list[FactureRevue]]:
    creancier = importation.creancier
    connus = Client.objects.pour(creancier).in_bulk(
        list({a.client.pk for a in apercus if a.client and a.client.pk})
    )
    neufs: dict[int, NouveauClient] = {}
    nouvelles, revues = [], []
    rang = int(importation.options.get("rang_entree", 0))
    for apercu in apercus:
        piece = _piece(apercu, creancier, acteur)
        if apercu.sort == SortLigne.CREEE:
            client = connus.get(apercu.client.pk)
            if client is None:
                client = neufs.get(id(apercu.client)) or _neuf(creancier, apercu.client)
                neufs[id(apercu.client)] = client
            facture = _facture(creancier, apercu, rang)
            nouvelles.append(NouvelleFacture(facture, client, apercu.paye, piece))
        elif apercu.sort == SortLigne.MISE_A_JOUR:
            revues.append(FactureRevue(apercu.existante, apercu.change, apercu.paye, piece))
    return nouvelles, revues


def _facture(creancier: Creancier, apercu: LigneApercu, rang: int) -> Facture:
    lue = apercu.lue.facture
    echeance = lue.date_echeance
    if echeance is None:
        echeance = lue.date_emission
        if lue.nature != AVOIR:
            echeance = echeance_par_defaut(creancier, lue.date_emission)
    return Facture(
        creancier=creancier,
        numero=lue.numero,
        nature=lue.nature,
        libelle=lue.libelle[:250],
        reference_commande=lue.reference_commande[:100],
        date_emission=lue.date_emission,
        date_echeance=echeance,
        montant_ht=lue.montant_ht,
        montant_tva=lue.montant_tva,
        montant_ttc=lue.montant_ttc,
        rang_entree=rang,
    )


def _neuf(creancier: Creancier, vise: ClientVise) -> NouveauClient:
    lu = vise.lu
    adresse, *suite = [*lu.lignes, ""]
    fiche = Client(
        creancier=creancier,
        nom=vise.nom,
        code=vise.code,
        siren=lu.siren,
        siret=lu.siret,
        tva=lu.tva[:20],
        adresse=adresse[:200],
        complement=" ".join(filter(None, suite))[:120],
        code_postal=lu.code_postal[:12],
        ville=lu.ville[:80],
        pays=lu.pays[:2] or "FR",
        est_a_completer=True,
    )
    return NouveauClient(fiche, lu.courriel.lower()[:254], lu.telephone[:40])


def _piece(apercu: LigneApercu, creancier: Creancier, acteur: Utilisateur | None) -> Piece | None:
    lue = apercu.lue.piece
    if lue is None or not apercu.ajoute_piece:
        return None
    return Piece(
        creancier=creancier,
        nature=NaturePiece.FACTURE,
        intitule=f"Facture {apercu.lue.facture.numero}"[:200],
        nom_fichier=lue.nom[-255:],
        type_mime="application/pdf",
        taille=lue.taille,
        empreinte=lue.empreinte,
        contenu_actif=lue.actif,
        du=apercu.lue.facture.date_emission,
        deposee_par=acteur,
    )


def _suivre(lignes, gardees: list[LigneImport], apercus: list[LigneApercu]) -> None:
    """Ce qui est finalement arrivé à chaque ligne, et sa facture."""
    changees = []
    for ligne, apercu in zip(gardees, apercus, strict=True):
        if ligne.sort != apercu.sort:
            ligne.sort = apercu.sort
            ligne.refus = [{"champ": r.champ, "phrase": r.phrase} for r in apercu.lue.refus]
            ligne.alertes = [{"champ": a.champ, "phrase": a.phrase} for a in apercu.lue.alertes]
            changees.append(ligne)
    lignes.bulk_update(changees, ["sort", "refus", "alertes"], batch_size=200)
    numero = KeyTextTransform("numero", OuterRef("lu"))
    facture = Facture.objects.filter(creancier=OuterRef("creancier"), numero=numero)
    lignes.filter(sort=SortLigne.CREEE).update(facture=Subquery(facture.values("pk")[:1]))
