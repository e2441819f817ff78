"""Ce qu'une colonne dit de la nature du client, et si « nature » parle de lui ou de la facture."""

from factures.imports.entetes import NATURE, NATURES_ECRITES, QUALITE
from recouvrement.droit.qualite import dit_la_nature, normaliser
from recouvrement.socle.saisies.valeurs import est_vide, lire_texte
from recouvrement.socle.tableur.lecture import Feuille

LIGNES_LUES = 200


def selon_le_contenu(feuille: Feuille, indice: int, champ: str, sur: bool) -> tuple[str, bool]:
    """« Nature », « Type » : le contenu décide ; il propose aussi une colonne sans nom connu."""
    if champ not in ("", NATURE, QUALITE) or not feuille.entetes[indice].strip():
        return champ, sur
    cellules = (ligne.cellule(indice) for ligne in feuille.lignes[:LIGNES_LUES])
    vus = {normaliser(lire_texte(cellule)) for cellule in cellules if not est_vide(cellule)}
    if not vus:
        return champ, sur
    de_la_facture = sum(vu in NATURES_ECRITES for vu in vus)
    du_client = sum(dit_la_nature(vu) for vu in vus)
    if not champ:
        return (QUALITE, False) if du_client == len(vus) else (champ, sur)
    if champ == NATURE and du_client > de_la_facture:
        return QUALITE, sur
    if champ == QUALITE and de_la_facture > du_client:
        return NATURE, sur
    return champ, sur
