"""Réécrit `tribunaux.csv` et `juridictions.csv` depuis une table commune → juridictions.

    python recouvrement/droit/donnees/construire_tribunaux.py SOURCE.csv

La source (point-virgule, UTF-8) porte au moins : insee, codes_postaux, code_tcom_judilibre,
juridiction_commerciale, tribunal_judiciaire, controle_tj, methode_tj. La sortie est compacte : une
ligne par commune, les juridictions par leur rang dans la seconde table, `?` quand le tribunal
judiciaire déduit reste à confirmer. Les codes postaux sont groupés, une commune en ayant plusieurs.
"""

import csv
import sys
from pathlib import Path

ICI = Path(__file__).parent
A_CONFIRMER = {"discordant"}


def construire(source: Path, sortie: Path = ICI) -> None:
    """Écrit les deux tables."""
    with source.open(encoding="utf-8-sig", newline="") as fichier:
        communes = list(csv.DictReader(fichier, delimiter=";"))
    noms = sorted(
        {c["juridiction_commerciale"] for c in communes}
        | {c["tribunal_judiciaire"] for c in communes}
    )
    noms.remove("")
    rangs = {"": ""} | {nom: str(rang) for rang, nom in enumerate(noms)}
    with (sortie / "juridictions.csv").open("w", encoding="utf-8", newline="") as fichier:
        ecrire = csv.writer(fichier, delimiter=";", lineterminator="\n")
        ecrire.writerow(["rang", "nom"])
        ecrire.writerows([rang, nom] for nom, rang in rangs.items() if nom)
    with (sortie / "tribunaux.csv").open("w", encoding="utf-8", newline="") as fichier:
        ecrire = csv.writer(fichier, delimiter=";", lineterminator="\n")
        ecrire.writerow(["insee", "codes_postaux", "commercial", "judiciaire", "reserve"])
        for c in sorted(communes, key=lambda c: c["insee"]):
            douteux = c["controle_tj"] in A_CONFIRMER or c["methode_tj"] == "a_confirmer"
            ecrire.writerow(
                [
                    c["insee"],
                    c["codes_postaux"],
                    rangs[c["juridiction_commerciale"]],
                    rangs[c["tribunal_judiciaire"]],
                    "?" if douteux else "",
                ]
            )


if __name__ == "__main__":
    construire(Path(sys.argv[1]))
