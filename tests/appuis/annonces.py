"""Ce que le projet annonce, lu où il l'annonce.

python tests/appuis/annonces.py pythons     celles de requires-python, sauf celle qui lit
python tests/appuis/annonces.py reglages    les variables d'environnement que lit le code
"""

import re
import sys
import tomllib
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]


def pythons() -> list[str]:
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bornes = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", projet["requires-python"])
    return [f"3.{mineure}" for mineure in range(int(bornes[1]), int(bornes[2]))]


LUE = re.compile(r'(?:\(env, |\benv\.\w+\(\s*|\benviron\.get\()"([A-Z_]+)"')


def reglages() -> set[str]:
    """Les variables que lit le code : celles d'un poste n'ont pas à peser sur la suite."""
    fichiers = (RACINE / "recouvrement").rglob("*.py")
    return {nom for f in fichiers for nom in LUE.findall(f.read_text(encoding="utf-8"))}


if __name__ == "__main__":
    lecteur = "{}.{}".format(*sys.version_info)
    if sys.argv[1:] == ["minimum"]:
        print(pythons()[0])
    elif sys.argv[1:] == ["reglages"]:
        print(*sorted(reglages()))
    else:
        print(*(version for version in pythons() if version != lecteur))
