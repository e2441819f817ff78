"""Règles de maison sur les noms : de quoi rapprocher deux écritures d'un même client."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from datetime import date
from typing import Protocol

FORMES = {
    "sarl", "sas", "sasu", "sa", "eurl", "sci", "snc", "scop", "selarl", "ei", "eirl", "gie",
    "ste", "societe", "ets", "etablissements", "entreprise", "cie", "association",
    "monsieur", "madame", "mme", "mlle",
}  # fmt: skip


def nom_de_recherche(nom: str) -> str:
    """Sans accents ni ponctuation, en minuscules : ce que l'on cherche et compare.

    >>> nom_de_recherche("Société  Générale d’Élagage (S.A.R.L.)")
    'societe generale d elagage s a r l'
    """
    decompose = unicodedata.normalize("NFKD", nom.replace("œ", "oe").replace("Œ", "Oe"))
    ascii_ = "".join(c for c in decompose if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[a-z0-9]+", ascii_))


def noyau(nom: str) -> str:
    """Le nom sans sa forme juridique : « SARL Duval » et « Duval » se rapprochent.

    >>> noyau("SARL Duval & Fils"), noyau("Duval et fils (S.A.R.L.)")
    ('duval fils', 'duval fils')
    """
    mots = nom_de_recherche(re.sub(r"(?<=\b\w)\.(?=\w\b|$|\s|\))", "", nom)).split()
    gardes = [mot for mot in mots if mot not in FORMES and mot not in {"et", "de", "la", "le"}]
    return " ".join(gardes or mots)


def suspension_court(le: date | None, jusqu_au: date | None, *, au: date) -> bool:
    """Les relances du client sont suspendues ce jour-là ; le dernier jour compris.

    >>> suspension_court(date(2026, 3, 1), date(2026, 3, 31), au=date(2026, 3, 31))
    True
    >>> suspension_court(date(2026, 3, 1), None, au=date(2026, 2, 28))
    False
    """
    return le is not None and le <= au and (jusqu_au is None or au <= jusqu_au)


class Fiche(Protocol):
    """Ce que la règle lit d'une fiche ; le modèle vit à l'étage du dessus."""

    nature: str
    siren: str
    adresse: str
    code_postal: str
    ville: str
    pays: str


def ce_qui_manque(client: Fiche) -> list[str]:
    """Ce qu'il faut savoir d'un client pour lui écrire et, s'il le faut, l'assigner."""
    voulus = [("adresse", "l'adresse"), ("ville", "la ville")]
    if client.pays == "FR":
        voulus.append(("code_postal", "le code postal"))
        if client.nature == "professionnel":
            voulus.append(("siren", "le SIREN"))
    manquent = [mot for champ, mot in voulus if not getattr(client, champ)]
    return [*manquent, "sa nature"] if client.nature == "inconnue" else manquent


def partager[C: Hashable](
    liens: Iterable[tuple[C, int]], siens: Collection[C], factures: Collection[int]
) -> tuple[set[C], set[C]]:
    """D'après leurs factures, les faits qui suivent une fiche que l'on sépare, et ceux des deux.

    `siens` : ceux qui étaient à elle ; `factures` : les siennes.

    >>> partager([("a", 1), ("b", 1), ("b", 2), ("c", 2)], siens=(), factures={1})
    ({'a'}, {'b'})
    """
    cotes: dict[C, set[bool]] = defaultdict(set)
    for fait, facture in liens:
        cotes[fait].add(facture in factures)
    suivent = {fait for fait, vus in cotes.items() if vus == {True} and fait not in siens}
    meles = {
        fait for fait, vus in cotes.items() if vus != {True} and (True in vus or fait in siens)
    }
    return suivent, meles
