"""La base SQLite des essais, faite une fois puis copiée : seul le neuf coûte.

Chaque exécution a sa copie, intacte. L'empreinte dit de quoi elle est faite : qu'une migration
change, et la base se refait.
"""

import hashlib
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from recouvrement.environnement import RACINE

IMPORTE = re.compile(r"^from ((?:recouvrement|clients|factures|relances|contentieux)[\w.]*)", re.M)
SOURCES = ("recouvrement", "clients", "factures", "relances", "contentieux")


def empreinte() -> str:
    somme = hashlib.sha256(sys.version.encode() + sqlite3.sqlite_version.encode())
    for fichier in sorted({RACINE / "uv.lock", *_faiseurs()}):
        somme.update(str(fichier.relative_to(RACINE)).encode() + fichier.read_bytes())
    return somme.hexdigest()[:24]


def _faiseurs() -> Iterator[Path]:
    """Les migrations, et ce que les nôtres leur prêtent."""
    for source in SOURCES:
        for migration in (RACINE / source).rglob("migrations/*.py"):
            yield migration
            for module in IMPORTE.findall(migration.read_text(encoding="utf-8")):
                prete = RACINE / (module.replace(".", "/") + ".py")
                if prete.exists():
                    yield prete


def reprendre(modele: Path, fichier: Path) -> bool:
    """Copie la base déjà faite ; faux si elle ne l'est pas encore."""
    if not modele.exists():
        return False
    shutil.copyfile(modele, fichier)
    return True


def garder(fichier: Path, modele: Path) -> None:
    """Par renommage : deux processus qui la font ensemble en laissent une entière."""
    brouillon = modele.with_name(f"{modele.name}.{fichier.parent.name}.{id(fichier)}")
    with sqlite3.connect(fichier) as source, sqlite3.connect(brouillon) as copie:
        source.backup(copie)
    source.close()
    copie.close()
    for ancienne in set(modele.parent.glob("*.modele")) - {modele}:
        ancienne.unlink(missing_ok=True)
    brouillon.replace(modele)
