"""L'import de bout en bout : déposer et apercevoir, relire, écrire."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from factures.actions.importation.debiteurs import natures_apprises
from factures.actions.importation.ecriture import a_ecrire, ecrire_importation
from factures.actions.verrous import verrouiller
from factures.enums import EtatImport, QuestionImport, SortLigne
from factures.erreurs import ImportDejaTraite, ImportVide
from factures.evenements import Evenement
from factures.imports.apercu import apercevoir, degeler, figer_apercu
from factures.imports.comparaison import absentes
from factures.imports.corrections import corrections_saisies
from factures.imports.feuilles import Colonnes, lues_de
from factures.imports.isolement import lire_au_fil
from factures.imports.lignes import LigneApercu
from factures.imports.reprises import LE_MEME, NON, TOUT, Reprises
from factures.models import CorrespondanceColonnes, Facture, Importation, LigneImport
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents import fichiers as magasin
from recouvrement.documents.actions.quotas import Reste, noter_depots
from recouvrement.journal.actions import inscrire
from recouvrement.socle.base.lots import inserer_fiches
from recouvrement.socle.saisies.lisible import entier


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
    liste_complete: bool = False,
    pour_toutes: Mapping[str, str] | None = None,
) -> Importation:
    """Lit ces fichiers et montre ce qu'il en adviendra ; rien d'autre n'est écrit.

    `correspondance` : en-tête → champ, "" pour ignorer une colonne. `malgre_la_forme` : ne pas
    refuser une facture électronique pour un défaut de forme. `motif_du_vendeur` : pourquoi suivre
    les factures d'un autre vendeur. `meme_nom` : un débiteur du nom d'une seule fiche est elle.
    `liste_complete` : une facture ouverte que ces fichiers taisent se demande. `pour_toutes` :
    question → réponse, pour ce qui change d'une facture connue ; sans elle, rien n'en est repris.
    """
    deposes: list[dict[str, Any]] = []
    colonnes = Colonnes(creancier, correspondance)
    options = _options(
        rang_entree=rang_entree,
        acceptees=[TOUT] if malgre_la_forme else [],
        vendeurs={TOUT: motif_du_vendeur} if motif_du_vendeur else {},
        reponses={TOUT: LE_MEME} if meme_nom else {},
        encodages={TOUT: encodage} if encodage else {},
        liste_complete=liste_complete,
        pour_toutes=dict(pour_toutes or {}),
    )
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
        lues += absentes(creancier, lues) if liste_complete else []
        _ecrire_lignes(importation, apercevoir(creancier, lues, reprises))
        noter_depots(creancier, [(d["empreinte"], d["taille"]) for d in deposes], par=acteur)
        inscrire(
            Evenement.IMPORT_DEPOSE,
            cible=importation,
            acteur=acteur,
            fichiers=[f"{depose['nom']} {depose['empreinte']}" for depose in deposes[:50]],
        )
    return importation


def _options(rang_entree: int, **choix: Any) -> dict[str, Any]:
    """Ce qui est choisi dès le dépôt ; ce qui ne l'est pas ne s'écrit pas."""
    return {"rang_entree": rang_entree} | {nom: vu for nom, vu in choix.items() if vu}


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
        lues += absentes(importation.creancier, lues) if options.get("liste_complete") else []
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


def decider(importation: Importation, vues: Iterable[str], dites: Mapping[str, str]) -> Importation:
    """Ce qu'une personne répond des lignes qu'on lui a montrées ; « rang:question » → réponse.

    Une case laissée vide est une réponse : la base garde ce qu'elle sait.
    """
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    rangs = {rang for vue in vues if (rang := entier(vue.partition(":")[0])) is not None}
    origines = dict(lignes.filter(rang__in=rangs).values_list("rang", "origine"))
    decisions = {o: dict(d) for o, d in importation.options.get("decisions", {}).items()}
    for vue in vues:
        debut, _, cle = vue.partition(":")
        if (origine := origines.get(entier(debut) or 0)) and cle in QuestionImport.values:
            decisions.setdefault(origine, {})[cle] = dites.get(vue) or NON
    return relire_import(importation, decisions=decisions)


def decider_de_toutes(importation: Importation, cle: str, reponse: str) -> Importation:
    """La même réponse à toutes les lignes où la question se pose ; vide : rien n'est repris."""
    decisions = {
        origine: {autre: dite for autre, dite in dites.items() if autre != cle}
        for origine, dites in importation.options.get("decisions", {}).items()
    }
    pour_toutes = importation.options.get("pour_toutes", {}) | {cle: reponse or NON}
    return relire_import(importation, decisions=decisions, pour_toutes=pour_toutes)


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
    tranche = Coalesce(Cast(KeyTextTransform("tranche", OuterRef("lu")), IntegerField()), 1)
    facture = Facture.objects.filter(
        creancier=OuterRef("creancier"), numero=numero, tranche=tranche
    )
    lignes.filter(sort=SortLigne.CREEE).update(facture=Subquery(facture.values("pk")[:1]))
