"""Ce qu'une personne peut reprendre d'un aperçu : une cellule, un défaut de forme, un reste."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from factures.enums import SortLigne
from factures.imports.echeances import a_demander
from factures.imports.entetes import LIBELLES
from factures.lectures.importation import COLONNE_MONTREE, Saisie, lignes_a_montrer
from factures.models import Importation, LigneImport
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date, lire_montant

_DE_TABLEUR = re.compile(r", ligne [0-9]+$")
MONTANTS = ("montant_ht", "montant_tva", "montant_ttc")
# Corriger l'un suppose souvent de revoir les autres.
ENSEMBLE = {
    **dict.fromkeys(MONTANTS, MONTANTS),
    "reste_du": ("montant_ttc", "montant_paye", "reste_du"),
    "date_echeance": ("date_emission", "date_echeance"),
    "conditions": ("conditions", "date_echeance"),
    "client": ("client", "code_client", "siren"),
}
# Ce que le devin reconnaît à coup sûr.
ENTETES_A_REPRENDRE = {"nature": "Nature", "tva": "N° TVA"}


def est_admissible(ligne: LigneImport) -> bool:
    """Refusée pour sa seule forme : une personne peut l'admettre."""
    return bool(ligne.refus) and all(refus.get("levable") for refus in ligne.refus)


def compter_les_admissibles(importation: Importation) -> int:
    """Rien qu'une ligne lue sans être admise : les tableurs n'en ont pas."""
    refusees = _refusees(importation).filter(lu__has_key="devise", refus__0__levable=True)
    return sum(est_admissible(ligne) for ligne in refusees)


def compter_les_reprenables(importation: Importation) -> int:
    nombre: int = _refusees(importation).filter(lu__has_key="cellules").count()
    return nombre


def champs_a_corriger(ligne: LigneImport) -> dict[str, str]:
    """Champ → son texte, pour une ligne de tableur ; d'un fichier entier, ce qu'il ne dit pas."""
    if ligne.sort != SortLigne.REFUSEE:
        return {}
    if not _DE_TABLEUR.search(ligne.origine):
        return a_demander(ligne.refus)
    vises = [c for refus in ligne.refus for c in _en_cause(ligne.lu, refus["champ"])]
    return {champ: _ecrit(ligne.lu, champ) for champ in vises if champ in LIBELLES}


def _en_cause(lu: Mapping[str, Any], champ: str) -> tuple[str, ...]:
    """Une valeur illisible est seule en cause ; lisible, elle en contredit d'autres."""
    ecrit = _ecrit(lu, champ)
    try:
        if champ in MONTANTS:
            lire_montant(ecrit)
        elif champ == "date_echeance":
            lire_date(ecrit)
    except ValeurRefusee:
        return (champ,)
    return ENSEMBLE.get(champ, (champ,))


def saisies(ligne: LigneImport) -> dict[str, list[Saisie]]:
    """Les champs à corriger, rangés sous la colonne de l'aperçu qui les montre."""
    par_colonne: dict[str, list[Saisie]] = {}
    for champ, valeur in champs_a_corriger(ligne).items():
        saisie = Saisie(nom_de_saisie(ligne, champ), champ, LIBELLES[champ], valeur)
        par_colonne.setdefault(COLONNE_MONTREE.get(champ, champ), []).append(saisie)
    return par_colonne


def nom_de_saisie(ligne: LigneImport, champ: str) -> str:
    return f"l{ligne.rang}_{champ}"


def corrections_saisies(
    importation: Importation, saisi: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Celles d'avant et celles-ci, par origine ; `saisi` : nom de la saisie → texte."""
    rangs = {int(vu[1]) for nom in saisi if (vu := re.match(r"l([0-9]{1,9})_", nom))}
    corrections = dict(importation.options.get("corrections", {}))
    for ligne in _refusees(importation).filter(rang__in=rangs):
        changes = {
            champ: texte
            for champ, avant in champs_a_corriger(ligne).items()
            if (texte := saisi.get(nom_de_saisie(ligne, champ), avant).strip()[:250]) != avant
        }
        if changes:
            corrections[ligne.origine] = corrections.get(ligne.origine, {}) | changes
    return corrections


def lignes_a_reprendre(importation: Importation) -> tuple[list[str], list[tuple[str, ...]]]:
    """Les lignes de tableur refusées, telles qu'on les a lues, prêtes à corriger et redéposer."""
    refusees = _refusees(importation).filter(lu__has_key="cellules").order_by("rang")
    lignes = list(refusees.values_list("lu", "origine", "refus"))
    vus = {champ for lu, *_ in lignes for champ in lu["cellules"]}
    champs = [champ for champ in LIBELLES if champ in vus]
    entetes = [ENTETES_A_REPRENDRE.get(champ, LIBELLES[champ]) for champ in champs]
    corps = [
        (
            *(lu["cellules"].get(champ, "") for champ in champs),
            " ".join(r["phrase"] for r in refus),
            origine,
        )
        for lu, origine, refus in lignes
    ]
    return [*entetes, "Raison du refus", "Origine"], corps


def _refusees(importation: Importation) -> QuerySet[LigneImport]:
    return lignes_a_montrer(importation, SortLigne.REFUSEE)


def _ecrit(lu: Mapping[str, Any], champ: str) -> str:
    """Le texte de la cellule ; refusée après la lecture, la ligne n'a plus que ses valeurs."""
    if "numero" not in lu:
        return str(lu.get("cellules", {}).get(champ, ""))
    acheteur = lu.get("acheteur", {})
    noms = {"client": "nom", "code_client": "code"}
    return str(acheteur.get(noms.get(champ, champ)) or lu.get(champ, ""))
