"""Les versions que le projet annonce, lues où il les annonce.

python tests/appuis/annonces.py pythons     celles de requires-python, sauf celle qui lit
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


if __name__ == "__main__":
    lecteur = "{}.{}".format(*sys.version_info)
    if sys.argv[1:] == ["minimum"]:
        print(pythons()[0])
    else:
        print(*(version for version in pythons() if version != lecteur))
