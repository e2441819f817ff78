"""Les polices des documents : des graisses fixes, tirées de Source Sans 3 au premier besoin.

Une police variable coûte trois fois plus cher à chaque rendu. Une instance dérivée ne peut garder
le nom réservé « Source » (licence OFL) : elle est renommée, et produite sur place, sa licence avec.
"""

import os
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path

import fontpkg_source_sans_3
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PAQUET = Path(fontpkg_source_sans_3.__file__).parent
SOURCES = PAQUET / "files"
DROITE, ITALIQUE = "SourceSans3[wght].ttf", "SourceSans3-Italic[wght].ttf"
GRAISSES = (
    (DROITE, "", 400),
    (DROITE, "", 600),
    (DROITE, "", 700),
    (ITALIQUE, "i", 400),
)
# Famille, style, nom complet, nom PostScript, licence et son adresse.
NOMS = (0, 1, 2, 4, 6, 13, 14)
SIGNES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *(0x2010, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2020, 0x2022, 0x2026),
    *(0x202F, 0x2030, 0x20AC, 0x2116, 0x2192, 0x2212, 0x25A1, 0x2713),
]


def preparer_les_polices(dossier: Path) -> Path:
    """Écrit les graisses qui manquent ; plusieurs processus peuvent le faire à la fois."""
    dossier.mkdir(parents=True, exist_ok=True)
    for fichier, style, graisse in GRAISSES:
        cible = dossier / f"texte-{graisse}{style}.ttf"
        if not cible.exists():
            _ecrire(cible, _instancier(fichier, graisse, style))
    licence = dossier / "OFL.txt"
    if not licence.exists():
        _ecrire(licence, (PAQUET / "LICENSE").read_bytes())
    return dossier


def _ecrire(cible: Path, octets: bytes) -> None:
    """À côté puis renommé : un autre processus ne lit jamais une police à moitié écrite."""
    descripteur, brouillon = tempfile.mkstemp(dir=cible.parent, prefix=".police-")
    with os.fdopen(descripteur, "wb") as fichier:
        fichier.write(octets)
    Path(brouillon).replace(cible)


@cache
def _reduite(fichier: str) -> bytes:
    """Réduite avant d'être figée : figer deux mille glyphes pour les jeter est bien plus long."""
    police = TTFont(SOURCES / fichier)
    options = subset.Options(
        layout_features=["kern", "liga", "mark", "sups", "ordn", "case"],
        notdef_outline=True,
        name_IDs=["*"],
        hinting=False,
    )
    outil = subset.Subsetter(options)
    outil.populate(unicodes=SIGNES)
    outil.subset(police)
    return _en_octets(police)


def _instancier(fichier: str, graisse: int, style: str) -> bytes:
    police = TTFont(BytesIO(_reduite(fichier)))
    police = instancer.instantiateVariableFont(police, {"wght": graisse})
    police["name"].names = [n for n in police["name"].names if n.nameID in NOMS]
    # La fine d'origine (0,12 em) se perd entre deux chiffres.
    police["hmtx"]["uni202F"] = (170, 0)
    for identifiant, texte in (
        (1, f"Texte Recouvrement {graisse}"),
        (2, "Italic" if style else "Regular"),
        (4, f"Texte Recouvrement {graisse}{style}"),
        (6, f"TexteRecouvrement-{graisse}{style}"),
    ):
        police["name"].setName(texte, identifiant, 3, 1, 0x409)
    return _en_octets(police)


def _en_octets(police: TTFont) -> bytes:
    sortie = BytesIO()
    police.save(sortie)
    return sortie.getvalue()
