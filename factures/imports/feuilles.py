"""Des fichiers lus à une suite de factures, chaque tableur selon ses colonnes."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from factures.imports.colonnes import lire_lignes
from factures.imports.echeances import en_tranches, repondre
from factures.imports.entetes import LIBELLES, normaliser
from factures.imports.lignes import Lue, PieceLue
from factures.imports.reconnaissance import correspondance as indices_des_champs
from factures.imports.reconnaissance import deviner, manquants
from factures.imports.reprises import Reprises
from factures.imports.types import Refus, ResultatLecture
from factures.models import CorrespondanceColonnes
from recouvrement.comptes.models import Creancier
from recouvrement.socle.saisies.valeurs import lire_texte
from recouvrement.socle.tableur.lecture import Feuille

# Le détail d'une ligne refusée qui sert à la retrouver.
LONGUEUR_CELLULE = 250


class Colonnes:
    """Comment lire chaque tableur : corrigé à l'instant, sinon retenu, sinon deviné."""

    def __init__(self, creancier: Creancier, corrigees: Mapping[str, str] | None) -> None:
        self.creancier = creancier
        self.corrigees = dict(corrigees or {})
        self.feuilles: list[dict[str, Any]] = []

    def lire(self, nom: str, feuille: Feuille) -> dict[str, int]:
        signature = signature_de(feuille.entetes)
        retenue = CorrespondanceColonnes.objects.pour(self.creancier).filter(signature=signature)
        memoire = dict(retenue.values_list("colonnes", flat=True).first() or {})
        devinees = deviner(feuille, memoire=memoire | self.corrigees)
        indices = indices_des_champs(devinees)
        absents = manquants(indices)
        self.feuilles.append(
            {
                "fichier": nom,
                "signature": signature,
                "lecture": feuille.lecture,
                "retenue": bool(memoire),
                "manquants": absents,
                "colonnes": [
                    {
                        "entete": colonne.entete,
                        "exemple": colonne.exemple,
                        "champ": colonne.champ,
                        "certitude": colonne.certitude,
                    }
                    for colonne in devinees
                ],
            }
        )
        return indices


def signature_de(entetes: Sequence[str]) -> str:
    texte = "|".join(normaliser(entete) for entete in entetes)
    return hashlib.sha256(texte.encode()).hexdigest()


def lues_de(
    resultats: Iterable[ResultatLecture],
    colonnes: Colonnes,
    deposes: list[dict[str, Any]],
    reprises: Reprises,
) -> Iterator[Lue]:
    """`deposes` se remplit au fil de la lecture : un résultat par fichier, dans l'ordre."""
    for rang, resultat in enumerate(resultats):
        if resultat.feuille is not None:
            corrections = reprises.corrigees(resultat.nom)
            yield from _lues_du_tableur(resultat.nom, resultat.feuille, colonnes, corrections)
            continue
        piece = _piece(resultat, deposes[rang])
        for facture in resultat.factures or (None,):
            refus, alertes = reprises.lever(resultat.nom, resultat.refus, resultat.alertes)
            lue = Lue(resultat.nom, facture, refus, alertes, piece, lectures=resultat.lectures)
            repondre(lue, reprises.corrections.get(resultat.nom, {}))
            yield from en_tranches(lue)


def _lues_du_tableur(
    nom: str,
    feuille: Feuille,
    colonnes: Colonnes,
    corrections: Mapping[int, Mapping[str, str]],
) -> Iterator[Lue]:
    indices = colonnes.lire(nom, feuille)
    absents = manquants(indices)
    if absents:
        noms = ", ".join(f"« {LIBELLES[champ]} »" for champ in absents)
        phrase = f"Aucune colonne n'a été reconnue pour {noms} : choisissez-la ci-dessus."
        yield Lue(nom, None, [Refus("fichier", phrase)])
        return
    if not feuille.lignes:
        yield Lue(nom, None, [Refus("fichier", "Ce tableau n'a que des en-têtes.")])
    lues = lire_lignes(feuille, indices, corrections=corrections)
    for ligne, lue in zip(feuille.lignes, lues, strict=True):
        cellules = {}
        if lue.facture is None:
            cellules = {
                champ: lire_texte(ligne.cellule(indice))[:LONGUEUR_CELLULE]
                for champ, indice in indices.items()
            } | dict(corrections.get(ligne.numero, {}))
        yield from en_tranches(
            Lue(
                f"{nom}, ligne {lue.numero_ligne}",
                lue.facture,
                list(lue.refus),
                list(lue.alertes),
                cellules=cellules,
            )
        )


def _piece(resultat: ResultatLecture, depose: Mapping[str, Any]) -> PieceLue | None:
    """Le PDF est une preuve ; le XML seul n'est pas ce que le client a reçu."""
    if not resultat.factures or not resultat.nom.lower().endswith(".pdf"):
        return None
    return PieceLue(
        resultat.nom[-255:],
        depose["empreinte"],
        depose["taille"],
        resultat.actif,
        resultat.pages,
    )
