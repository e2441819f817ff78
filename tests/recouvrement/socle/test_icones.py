"""Une icône absente fait tomber sa page : toutes celles qu'on nomme existent."""

import re

import pytest

from recouvrement.environnement import RACINE
from recouvrement.socle.pages import signes

SOURCES = ("recouvrement", "clients", "factures", "relances", "contentieux", "templates")
DANS_UN_GABARIT = re.compile(r"""{%\s*icone\s+["']([\w-]+)["']|\bicone=["']([\w-]+)["']""")


def noms() -> set[str]:
    trouves = set()
    for source in SOURCES:
        for fichier in (RACINE / source).rglob("*.html"):
            for paire in DANS_UN_GABARIT.findall(fichier.read_text(encoding="utf-8")):
                trouves |= {nom for nom in paire if nom}
        for fichier in (RACINE / source).rglob("*.py"):
            texte = fichier.read_text(encoding="utf-8")
            trouves |= set(re.findall(r'icone="([\w-]+)"', texte))
            trouves |= set(re.findall(r'\b(?:NOUS|EUX), "([\w-]+)"', texte))
    return trouves


@pytest.mark.parametrize("nom", sorted(noms()))
def test_chaque_icone_nommee_existe(nom):
    assert "<svg" in signes.icone(nom)
