"""L'import de bout en bout : déposer et apercevoir, relire, écrire."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform

from factures.actions.importation import (
    ecrire_importation,
    verrouiller_importation,
)
from factures.enums import SortLigne
from factures.erreurs import ImportVide
from factures.evenements import Evenement
from factures.imports.apercu import (
    LigneApercu,
    Lue,
    PieceLue,
    apercevoir,
)
from factures.imports.ecriture import a_ecrire
from factures.imports.feuilles import Colonnes, lues_de
from factures.imports.figes import figer, rendre
from factures.imports.isolement import lire_au_fil
from factures.imports.reprises import TOUT, Reprises
from factures.imports.types import Anomalie
from factures.models import Facture, Importation, LigneImport
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers as magasin
from recouvrement.documents.quotas import Reste, noter_depots
from recouvrement.journal.actions import inscrire
from recouvrement.socle.lots import inserer_fiches


def preparer_import(
    creancier: Creancier,
    fichiers: Iterable[tuple[str, bytes]],
    *,
    acteur: Utilisateur | None,
    maintenant: datetime,
    correspondance: Mapping[str, str] | None = None,
    rang_entree: int = 0,
    malgre_la_forme: bool = False,
) -> Importation:
    """Lit ces fichiers et montre ce qu'il en adviendra ; rien d'autre n'est écrit.

    `correspondance` : en-tête → champ, "" pour ignorer une colonne. `malgre_la_forme` : ne pas
    refuser une facture électronique pour un défaut de forme.
    """
    deposes: list[dict[str, Any]] = []
    colonnes = Colonnes(creancier, correspondance)
    options: dict[str, Any] = {"rang_entree": rang_entree}
    if malgre_la_forme:
        options["acceptees"] = [TOUT]
    with magasin.Depots() as depots:
        lus = lire_au_fil(_deposer(fichiers, deposes, depots, Reste(creancier)))
        lues = list(lues_de(lus, colonnes, deposes, Reprises.depuis(options)))
    if not deposes:
        raise ImportVide
    with transaction.atomic():
        importation = Importation.objects.create(
            creancier=creancier,
            nom=_nom(deposes),
            fichiers=deposes,
            correspondance={"feuilles": colonnes.feuilles},
            options=options,
            depose_par=acteur,
        )
        _ecrire_lignes(importation, apercevoir(creancier, lues))
        noter_depots(creancier, [(d["empreinte"], d["taille"]) for d in deposes], par=acteur)
        inscrire(
            Evenement.IMPORT_DEPOSE,
            cible=importation,
            acteur=acteur,
            fichiers=[f"{depose['nom']} {depose['empreinte']}" for depose in deposes[:50]],
        )
    return importation


def relire_import(
    importation: Importation,
    *,
    correspondance: Mapping[str, str] | None = None,
    **options: Any,
) -> Importation:
    """Refait l'aperçu des mêmes octets, les choix revus ; ceux dont on ne dit rien demeurent."""
    options = importation.options | options
    if correspondance is None:
        correspondance = {
            colonne["entete"]: colonne["champ"]
            for feuille in importation.correspondance.get("feuilles", ())
            for colonne in feuille["colonnes"]
        }
    colonnes = Colonnes(importation.creancier, correspondance)
    deposes = [dict(depose) for depose in importation.fichiers]
    octets = ((depose["nom"], magasin.lire(depose["empreinte"])) for depose in deposes)
    lues = list(lues_de(lire_au_fil(octets), colonnes, deposes, Reprises.depuis(options)))
    with transaction.atomic():
        importation = verrouiller_importation(importation)
        importation.correspondance = {"feuilles": colonnes.feuilles}
        importation.options = options
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
    nouvelles, revues = a_ecrire(importation, apercus, acteur)
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
    fichiers: Iterable[tuple[str, bytes]],
    deposes: list[dict[str, Any]],
    depots: magasin.Depots,
    reste: Reste,
) -> Iterator[tuple[str, bytes]]:
    vus: Counter[str] = Counter()
    for nom_depose, octets in fichiers:
        nom = _nom_unique(nom_depose, vus)
        reste.prendre(len(octets))
        depose = {"nom": nom, "empreinte": depots.deposer(octets), "taille": len(octets)}
        deposes.append(depose)
        yield nom, octets


def _nom_unique(nom: str, vus: Counter[str]) -> str:
    """Deux fichiers d'un dépôt ne se confondent pas : leur nom dit d'où vient chaque ligne."""
    nom = nom[-200:]
    vus[nom] += 1
    return nom if vus[nom] == 1 else f"({vus[nom]}) {nom}"


def _nom(deposes: list[dict[str, Any]]) -> str:
    premier, reste = deposes[0]["nom"][:200], len(deposes) - 1
    return f"{premier} et {reste} autre{'s' if reste > 1 else ''}" if reste else premier


def _ecrire_lignes(importation: Importation, apercus: list[LigneApercu]) -> None:
    inserer_fiches(
        [
            LigneImport(
                creancier=importation.creancier,
                importation=importation,
                rang=rang,
                origine=apercu.lue.origine[:255],
                sort=apercu.sort,
                lu=_figer(apercu),
                refus=[asdict(refus) for refus in apercu.lue.refus],
                alertes=[asdict(alerte) for alerte in apercu.lue.alertes],
                facture=apercu.existante,
            )
            for rang, apercu in enumerate(apercus, start=1)
        ],
    )


def _figer(apercu: LigneApercu) -> dict[str, Any]:
    lue, fige = apercu.lue, {}
    if lue.facture is not None:
        fige = figer(lue.facture)
    if lue.cellules:
        fige["cellules"] = lue.cellules
    if lue.piece is not None:
        fige["piece"] = list(astuple(lue.piece))
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


def _suivre(lignes, gardees: list[LigneImport], apercus: list[LigneApercu]) -> None:
    """Ce qui est finalement arrivé à chaque ligne, et sa facture."""
    changees = []
    for ligne, apercu in zip(gardees, apercus, strict=True):
        if ligne.sort != apercu.sort:
            ligne.sort = apercu.sort
            ligne.refus = [asdict(refus) for refus in apercu.lue.refus]
            ligne.alertes = [asdict(alerte) for alerte in apercu.lue.alertes]
            changees.append(ligne)
    lignes.bulk_update(changees, ["sort", "refus", "alertes"], batch_size=200)
    numero = KeyTextTransform("numero", OuterRef("lu"))
    facture = Facture.objects.filter(creancier=OuterRef("creancier"), numero=numero)
    lignes.filter(sort=SortLigne.CREEE).update(facture=Subquery(facture.values("pk")[:1]))
