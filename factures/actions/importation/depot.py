"""L'import de bout en bout : déposer et apercevoir, relire, écrire."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from factures.actions.importation.debiteurs import natures_apprises
from factures.actions.importation.ecriture import a_ecrire, ecrire_importation
from factures.actions.verrous import verrouiller
from factures.enums import EtatImport, SortLigne
from factures.erreurs import ImportDejaTraite, ImportVide
from factures.evenements import Evenement
from factures.imports.apercu import LigneApercu, apercevoir, degeler, figer_apercu
from factures.imports.corrections import corrections_saisies
from factures.imports.feuilles import Colonnes, lues_de
from factures.imports.isolement import lire_au_fil
from factures.imports.reprises import LE_MEME, TOUT, Reprises
from factures.models import CorrespondanceColonnes, Facture, Importation, LigneImport
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers as magasin
from recouvrement.documents.actions.quotas import Reste, noter_depots
from recouvrement.journal.actions import inscrire
from recouvrement.socle.base.lots import inserer_fiches


def preparer_import(
    creancier: Creancier,
    fichiers: Iterable[tuple[str, bytes]],
    *,
    acteur: Utilisateur | None,
    maintenant: datetime,
    correspondance: Mapping[str, str] | None = None,
    rang_entree: int = 0,
    malgre_la_forme: bool = False,
    motif_du_vendeur: str = "",
    meme_nom: bool = False,
    encodage: str = "",
) -> Importation:
    """Lit ces fichiers et montre ce qu'il en adviendra ; rien d'autre n'est écrit.

    `correspondance` : en-tête → champ, "" pour ignorer une colonne. `malgre_la_forme` : ne pas
    refuser une facture électronique pour un défaut de forme. `motif_du_vendeur` : pourquoi suivre
    les factures d'un autre vendeur. `meme_nom` : un débiteur du nom d'une seule fiche est elle.
    """
    deposes: list[dict[str, Any]] = []
    colonnes = Colonnes(creancier, correspondance)
    options: dict[str, Any] = {"rang_entree": rang_entree}
    if malgre_la_forme:
        options["acceptees"] = [TOUT]
    if motif_du_vendeur:
        options["vendeurs"] = {TOUT: motif_du_vendeur}
    if meme_nom:
        options["reponses"] = {TOUT: LE_MEME}
    if encodage:
        options["encodages"] = {TOUT: encodage}
    reprises = Reprises.depuis(options)
    with magasin.Depots() as depots:
        recus = _deposer(fichiers, deposes, depots, Reste(creancier))
        lus = lire_au_fil(recus, reprises.encodage_de)
        lues = list(lues_de(lus, colonnes, deposes, reprises))
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
        _ecrire_lignes(importation, apercevoir(creancier, lues, reprises))
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
    reprises = Reprises.depuis(options)
    lus = lire_au_fil(octets, reprises.encodage_de)
    lues = list(lues_de(lus, colonnes, deposes, reprises))
    with transaction.atomic():
        importation = _verrouiller(importation)
        importation.correspondance = {"feuilles": colonnes.feuilles}
        importation.options = options
        importation.save(update_fields=["correspondance", "options"])
        LigneImport.objects.pour(importation.creancier).filter(importation=importation).delete()
        _ecrire_lignes(importation, apercevoir(importation.creancier, lues, reprises))
    return importation


def corriger(importation: Importation, saisi: Mapping[str, str]) -> Importation:
    """Relit le fichier avec les cellules changées ; `saisi` : nom de la saisie → texte."""
    return relire_import(importation, corrections=corrections_saisies(importation, saisi))


def admettre(importation: Importation, origine: str | None) -> Importation:
    """Passe outre le défaut de forme d'un fichier ; sans origine, de tous."""
    acceptees = {*importation.options.get("acceptees", ()), origine or TOUT}
    return relire_import(importation, acceptees=sorted(acceptees))


def admettre_vendeurs(importation: Importation, motifs: Mapping[str, str]) -> Importation:
    """`motifs` : un vendeur qui n'est pas le créancier → pourquoi ses factures se suivent ici."""
    dits = importation.options.get("vendeurs", {}) | dict(motifs)
    return relire_import(importation, vendeurs=dits)


def repondre(importation: Importation, reponses: Mapping[str, str]) -> Importation:
    """`reponses` : un débiteur douteux → le numéro de sa fiche, ou « neuf »."""
    dites = importation.options.get("reponses", {}) | dict(reponses)
    return relire_import(importation, reponses=dites)


def choisir_encodages(importation: Importation, codes: Mapping[str, str]) -> Importation:
    """`codes` : nom de fichier → l'encodage où le lire."""
    return relire_import(
        importation, encodages=importation.options.get("encodages", {}) | dict(codes)
    )


@transaction.atomic
def valider_import(
    importation: Importation, *, acteur: Utilisateur | None, maintenant: datetime
) -> Importation:
    """Écrit toutes les lignes acceptées, jugées de nouveau sur la base d'aujourd'hui."""
    importation = _verrouiller(importation)
    creancier = importation.creancier
    lignes = LigneImport.objects.pour(creancier).filter(importation=importation)
    gardees = list(lignes.exclude(sort=SortLigne.REFUSEE).exclude(lu={}).order_by("rang"))
    lues = [degeler(ligne) for ligne in gardees]
    apercus = apercevoir(creancier, lues, Reprises.depuis(importation.options))
    nouvelles, revues = a_ecrire(importation, apercus, acteur)
    ecrire_importation(
        importation,
        nouvelles=nouvelles,
        revues=revues,
        natures=natures_apprises(apercus),
        acteur=acteur,
        maintenant=maintenant,
    )
    _suivre(lignes, gardees, apercus)
    _retenir_les_colonnes(importation)
    return importation


@transaction.atomic
def abandonner_import(importation: Importation, *, acteur: Utilisateur | None) -> Importation:
    importation = _verrouiller(importation)
    importation.etat = EtatImport.ABANDONNE
    importation.save(update_fields=["etat"])
    inscrire(Evenement.IMPORT_ABANDONNE, cible=importation, acteur=acteur, nom=importation.nom)
    return importation


def _verrouiller(importation: Importation) -> Importation:
    """Un import à la fois par créancier : deux dépôts du même fichier se suivent."""
    verrouiller(Creancier.objects.filter(pk=importation.creancier_id))
    relu: Importation
    (relu,) = verrouiller(Importation.objects.pour(importation.creancier).filter(pk=importation.pk))
    if relu.etat != EtatImport.APERCU:
        raise ImportDejaTraite
    relu.creancier = importation.creancier
    return relu


def _retenir_les_colonnes(importation: Importation) -> None:
    """Le prochain tableur aux mêmes en-têtes se lira comme celui-ci."""
    for feuille in importation.correspondance.get("feuilles", ()):
        colonnes = {c["entete"]: c["champ"] for c in feuille["colonnes"] if c["entete"]}
        CorrespondanceColonnes.objects.pour(importation.creancier).update_or_create(
            creancier=importation.creancier,
            signature=feuille["signature"],
            defaults={"colonnes": colonnes},
        )


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
                lu=figer_apercu(apercu),
                refus=[asdict(refus) for refus in apercu.lue.refus],
                alertes=[asdict(alerte) for alerte in apercu.lue.alertes],
                facture=apercu.existante,
            )
            for rang, apercu in enumerate(apercus, start=1)
        ],
    )


def _suivre(
    lignes: QuerySet[LigneImport], gardees: list[LigneImport], apercus: list[LigneApercu]
) -> None:
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
