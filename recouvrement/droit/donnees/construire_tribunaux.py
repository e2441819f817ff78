"""Réécrit les tables des communes et de leurs juridictions.

    python recouvrement/droit/donnees/construire_tribunaux.py JURIDICTIONS COG GREFFES

- JURIDICTIONS (point-virgule, UTF-8) : insee, commune, codes_postaux, juridiction_commerciale,
  tribunal_judiciaire, controle_tj, methode_tj ;
- COG : insee, nom, type, commune_parente, anciens_codes ; les communes déléguées et associées
  gardent le nom d'avant leur fusion ;
- GREFFES (référentiel Infogreffe) : Commune, Code commune (sans zéro de tête), Code postal, CEDEX
  compris.

`tribunaux.csv` : une ligne par commune, ses juridictions par leur rang dans `juridictions.csv`, `?`
quand le tribunal judiciaire déduit reste à confirmer. `cedex.csv` : les codes qui ne sont pas ceux
d'une distribution ordinaire. `communes_anciennes.csv` : un code ou un nom d'avant fusion, et la
commune d'aujourd'hui.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ICI = Path(__file__).parent
A_CONFIRMER = {"discordant"}
FUSIONNEES = {"commune-deleguee", "commune-associee"}
type Lignes = list[dict[str, str]]


def construire(juridictions: Path, cog: Path, greffes: Path, sortie: Path = ICI) -> None:
    """Écrit les quatre tables."""
    communes, toutes, referentiel = lire(juridictions), lire(cog), lire(greffes)
    _tribunaux(communes, sortie)
    actuelles = {c["insee"]: c["commune"] for c in communes}
    vers = {insee: insee for insee in actuelles}
    for c in toutes:
        if c["insee"] in actuelles and c["type"] not in FUSIONNEES:
            vers |= dict.fromkeys(c["anciens_codes"].split(), c["insee"])
    vers |= {insee: insee for insee in actuelles}
    _cedex(communes, referentiel, vers, sortie)
    _anciennes(toutes, referentiel, actuelles, vers, sortie)


def lire(source: Path) -> Lignes:
    with source.open(encoding="utf-8-sig", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def _ecrire(sortie: Path, entetes: list[str], lignes: Iterable[list[str]]) -> None:
    with sortie.open("w", encoding="utf-8", newline="") as fichier:
        ecrivain = csv.writer(fichier, delimiter=";", lineterminator="\n")
        ecrivain.writerow(entetes)
        ecrivain.writerows(lignes)


def _tribunaux(communes: Lignes, sortie: Path) -> None:
    noms = {c["juridiction_commerciale"] for c in communes}
    noms |= {c["tribunal_judiciaire"] for c in communes}
    rangs = {"": ""} | {nom: str(rang) for rang, nom in enumerate(sorted(noms - {""}))}
    _ecrire(
        sortie / "juridictions.csv",
        ["rang", "nom"],
        ([rang, nom] for nom, rang in rangs.items() if nom),
    )
    _ecrire(
        sortie / "tribunaux.csv",
        ["insee", "nom", "codes_postaux", "commercial", "judiciaire", "reserve"],
        (
            [
                c["insee"],
                c["commune"],
                c["codes_postaux"],
                rangs[c["juridiction_commerciale"]],
                rangs[c["tribunal_judiciaire"]],
                "?" if c["controle_tj"] in A_CONFIRMER or c["methode_tj"] == "a_confirmer" else "",
            ]
            for c in sorted(communes, key=lambda c: c["insee"])
        ),
    )


def _cedex(communes: Lignes, referentiel: Lignes, vers: dict[str, str], sortie: Path) -> None:
    ordinaires = {code for c in communes for code in c["codes_postaux"].split()}
    codes: dict[str, set[str]] = defaultdict(set)
    for r in referentiel:
        code, insee = r["Code postal"].zfill(5), r["Code commune"].zfill(5)
        if code.isdigit() and len(code) == 5 and code not in ordinaires and insee in vers:
            codes[vers[insee]].add(code)
    _ecrire(
        sortie / "cedex.csv",
        ["insee", "codes"],
        ([insee, " ".join(sorted(codes[insee]))] for insee in sorted(codes)),
    )


def _anciennes(
    toutes: Lignes,
    referentiel: Lignes,
    actuelles: dict[str, str],
    vers: dict[str, str],
    sortie: Path,
) -> None:
    lignes = {
        (c["insee"], c["nom"], c["commune_parente"])
        for c in toutes
        if c["type"] in FUSIONNEES and c["commune_parente"] in actuelles
    }
    nommees = {insee for insee, _, _ in lignes}
    # Fusionnée sans commune déléguée : seul le référentiel des greffes garde son nom.
    lignes |= {
        (insee, r["Commune"].title(), vers[insee])
        for r in referentiel
        if (insee := r["Code commune"].zfill(5)) in vers
        and insee not in actuelles
        and insee not in nommees
    }
    nommees |= {insee for insee, _, _ in lignes}
    lignes |= {(a, "", b) for a, b in vers.items() if a not in actuelles and a not in nommees}
    gardees = [ligne for ligne in lignes if ligne[1] != actuelles[ligne[2]] or ligne[0] != ligne[2]]
    _ecrire(
        sortie / "communes_anciennes.csv",
        ["ancien", "nom", "insee"],
        (list(ligne) for ligne in sorted(gardees)),
    )


if __name__ == "__main__":
    construire(*(Path(chemin) for chemin in sys.argv[1:4]))
