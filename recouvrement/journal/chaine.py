"""Ce qu'un maillon affirme, et comment on le refait : calcul pur, sans base ni horloge.

Le même calcul, en quarante lignes de Python, suffit à qui voudrait vérifier un extrait hors d'ici.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

# Ce qui précède le premier maillon d'une chaîne.
ORIGINE = "0" * 64
# La chaîne de ce qui n'est à aucun créancier.
INSTANCE = 0
ENCODEUR = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonique(valeur: Any) -> str:
    """Une seule façon d'écrire une valeur : clefs triées, sans blanc, en UTF-8."""
    return ENCODEUR.encode(valeur)


def instant(a: datetime) -> str:
    return a.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def condense(sel: str, donnees: Any) -> str:
    """Ce que la chaîne garde des données : sans le sel, on ne peut plus les deviner."""
    return hashlib.sha256(f"{sel}\n{canonique(donnees)}".encode()).hexdigest()


def texte_de(
    *,
    entree: int,
    a: datetime,
    acteur: int | None,
    evenement: str,
    libelle: str,
    cible: str,
    donnees: str,
    scelle: datetime,
    geste: int | None = None,
) -> str:
    dit = {
        "a": instant(a),
        "acteur": acteur,
        "cible": cible,
        "donnees": donnees,
        "entree": entree,
        "evenement": evenement,
        "libelle": libelle,
        "scelle": instant(scelle),
    }
    # Une entrée d'avant les gestes n'en dit rien : son texte scellé reste le même.
    return canonique(dit if geste is None else dit | {"geste": geste})


def empreinte_de(prec: str, chaine: int, rang: int, texte: str) -> str:
    return hashlib.sha256(f"{prec}\n{chaine}\n{rang}\n{texte}".encode()).hexdigest()


def resume_scelle(texte: str) -> str:
    """Le condensé des données, tel que le texte scellé le porte."""
    try:
        return str(json.loads(texte)["donnees"])
    except (ValueError, KeyError, TypeError):
        return ""
