"""Quelle colonne d'un tableau est quoi : deviné, à confirmer, ou retenu."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factures.imports import entetes as champs
from factures.imports.entetes import deviner_champ, normaliser
from factures.imports.qualites import selon_le_contenu
from recouvrement.socle.saisies.valeurs import est_vide, lire_texte
from recouvrement.socle.tableur.lecture import Feuille

type Correspondance = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ColonneDevinee:
    indice: int
    entete: str
    exemple: str
    champ: str
    # « sur », « a_confirmer », « choisi » (repris d'un import précédent) ou « ».
    certitude: str


def noter_entetes(textes: Sequence[str]) -> int:
    """Combien d'en-têtes sûrs dans cette ligne : sert à la trouver sous un titre."""
    return len({champ for texte in textes for champ, sur in [deviner_champ(texte)] if sur})


def deviner(feuille: Feuille, *, memoire: Mapping[str, str] | None = None) -> list[ColonneDevinee]:
    """Une proposition par colonne ; `memoire` (en-tête → champ, "" : ignorer) l'emporte."""
    memoire = {normaliser(entete): champ for entete, champ in (memoire or {}).items()}
    propositions: list[tuple[str, int]] = []  # (champ, force)
    for indice, entete in enumerate(feuille.entetes):
        vu = normaliser(entete)
        if vu and vu in memoire and (memoire[vu] in champs.CHAMPS or not memoire[vu]):
            propositions.append((memoire[vu], 3))
            continue
        champ, sur = selon_le_contenu(feuille, indice, *deviner_champ(entete))
        propositions.append((champ, (2 if sur else 1) if champ else 0))
    retenus: dict[str, int] = {}
    for indice, (champ, force) in enumerate(propositions):
        if champ and force > (propositions[retenus[champ]][1] if champ in retenus else 0):
            retenus[champ] = indice
    noms = {0: "", 1: "a_confirmer", 2: "sur", 3: "choisi"}
    return [
        ColonneDevinee(
            indice=indice,
            entete=entete,
            exemple=_exemple(feuille, indice),
            champ=champ if retenus.get(champ) == indice else "",
            certitude=noms[force] if retenus.get(champ) == indice or force == 3 else "",
        )
        for indice, (entete, (champ, force)) in enumerate(
            zip(feuille.entetes, propositions, strict=True)
        )
    ]


def correspondance(colonnes: Sequence[ColonneDevinee]) -> dict[str, int]:
    return {colonne.champ: colonne.indice for colonne in colonnes if colonne.champ}


def manquants(correspondance: Correspondance) -> list[str]:
    """Les champs sans lesquels aucune ligne ne passera."""
    absents = [champ for champ in champs.OBLIGATOIRES if champ not in correspondance]
    if champs.MONTANT_TTC in absents and champs.MONTANT_ECHEANCE in correspondance:
        absents.remove(champs.MONTANT_TTC)
    if champs.MONTANT_TTC in absents and {champs.MONTANT_HT, champs.MONTANT_TVA} <= set(
        correspondance
    ):
        absents.remove(champs.MONTANT_TTC)
    if not {champs.CLIENT, champs.CODE_CLIENT, champs.SIREN, champs.SIRET} & set(correspondance):
        absents.append(champs.CLIENT)
    return absents


def _exemple(feuille: Feuille, indice: int) -> str:
    for ligne in feuille.lignes[:20]:
        if not est_vide(cellule := ligne.cellule(indice)):
            return lire_texte(cellule)[:60]
    return ""
