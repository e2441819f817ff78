"""Les champs d'un formulaire PDF, lisibles dans tous les lecteurs.

WeasyPrint laisse leur apparence au lecteur (NeedAppearances) : les cases cochées s'effacent
alors, et les insécables aussi. On l'écrit, puis on dit au lecteur de ne pas la refaire.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from recouvrement.socle.formats import FINE, INSECABLE

GRAS = {"total_montant"}
A_DROITE = {"interets_assiette"}
ENCRE = "0.086 0.125 0.165"
MARGE = 2.2
# Le retrait de la croix dans sa case.
RETRAIT = 1.7
MULTILIGNE = 4096
# En deçà, compresser un flux l'allonge.
COURT = 150


@dataclass(frozen=True, slots=True)
class Case:
    """Ce qu'un champ occupe sur la page, en points."""

    largeur: float
    hauteur: float


class PoliceDeChamp:
    """Police simple (TrueType, WinAnsi) : les lecteurs savent y saisir « é », « Œ », « € ».

    La police composite que WeasyPrint attache aux champs ne le permet pas.
    """

    def __init__(self, ecrivain: PdfWriter, fichier: Path, nom: str) -> None:
        police = TTFont(fichier)
        self.nom, self.largeurs = nom, _largeurs(police)
        nom_ps = NameObject(f"/{police['name'].getDebugName(6)}")
        incorporee = _incorporer(ecrivain, fichier.read_bytes())
        descripteur = ecrivain._add_object(_descripteur(police, nom_ps, incorporee))
        self.objet = ecrivain._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Font"),
                    NameObject("/Subtype"): NameObject("/TrueType"),
                    NameObject("/BaseFont"): nom_ps,
                    NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                    NameObject("/FirstChar"): NumberObject(32),
                    NameObject("/LastChar"): NumberObject(255),
                    NameObject("/Widths"): ArrayObject(map(NumberObject, self.largeurs)),
                    NameObject("/FontDescriptor"): descripteur,
                }
            )
        )

    def largeur(self, texte: str, corps: float) -> float:
        return sum(self.largeurs[o - 32] for o in texte.encode("cp1252", "replace")) * corps / 1000

    def couper(self, texte: str, corps: float, largeur: float) -> list[str]:
        lignes = [""]
        for mot in texte.split(" "):
            essai = f"{lignes[-1]} {mot}".strip()
            if lignes[-1] and self.largeur(essai, corps) > largeur:
                lignes.append(mot)
            else:
                lignes[-1] = essai
        return lignes

    def abreger(self, ligne: str, corps: float, largeur: float) -> str:
        """Trop long pour la case : la valeur reste entière dans le champ, l'image coupe."""
        if self.largeur(ligne, corps) <= largeur or len(ligne) <= 4:
            return ligne
        while ligne and self.largeur(f"{ligne}…", corps) > largeur - MARGE:
            ligne = ligne[:-1]
        return f"{ligne}…"


class Formulaire:
    """Ce qu'il faut pour écrire l'apparence d'un champ."""

    def __init__(self, ecrivain: PdfWriter, *, normale: Path, grasse: Path) -> None:
        self.ecrivain = ecrivain
        self.normale = PoliceDeChamp(ecrivain, normale, "/Champ")
        self.grasse = PoliceDeChamp(ecrivain, grasse, "/ChampGras")
        self.polices = ecrivain._add_object(
            DictionaryObject({NameObject(p.nom): p.objet for p in (self.normale, self.grasse)})
        )

    def cocher(self, champ: DictionaryObject, case: Case) -> None:
        """Une croix, lisible aussi en photocopie."""
        r, large, haut = RETRAIT, case.largeur - RETRAIT, case.hauteur - RETRAIT
        croix = (
            f"q {ENCRE} RG 1.2 w 1 J {r} {r} m {large:.2f} {haut:.2f} l "
            f"{r} {haut:.2f} m {large:.2f} {r} l S Q"
        )
        champ[NameObject("/AP")] = DictionaryObject(
            {
                NameObject("/N"): DictionaryObject(
                    {
                        NameObject("/on"): self._apparence(case, croix),
                        NameObject("/Off"): self._apparence(case, ""),
                    }
                )
            }
        )
        champ[NameObject("/DA")] = TextStringObject(f"{ENCRE} rg {self.normale.nom} 8 Tf")
        champ[NameObject("/MK")] = DictionaryObject({NameObject("/CA"): TextStringObject("8")})

    def ecrire(self, champ: DictionaryObject, case: Case) -> None:
        nom = str(champ["/T"])
        police = self.grasse if nom in GRAS else self.normale
        trouve = re.search(r"([\d.]+) Tf", str(champ["/DA"]))
        corps = float(trouve[1]) if trouve else 8.75
        valeur = str(champ.get("/V", "")).replace(FINE, INSECABLE).replace("\u2011", "-")
        a_droite = nom.endswith("_montant") or nom in A_DROITE
        champ[NameObject("/V")] = TextStringObject(valeur)
        champ[NameObject("/DA")] = TextStringObject(f"{ENCRE} rg {police.nom} {corps:g} Tf")
        champ[NameObject("/Q")] = NumberObject(2 if a_droite else 0)
        lignes = [valeur]
        if int(str(champ.get("/Ff", 0))) & MULTILIGNE:
            lignes = police.couper(valeur, corps, case.largeur - 2 * MARGE)
        contenu = _texte(lignes, police, corps, case, a_droite=a_droite)
        champ[NameObject("/AP")] = DictionaryObject(
            {NameObject("/N"): self._apparence(case, contenu)}
        )

    def finir(self, racine: DictionaryObject) -> None:
        racine[NameObject("/NeedAppearances")] = BooleanObject(False)
        racine[NameObject("/DR")] = DictionaryObject({NameObject("/Font"): self.polices})
        racine[NameObject("/DA")] = TextStringObject(f"{ENCRE} rg {self.normale.nom} 8.75 Tf")

    def _apparence(self, case: Case, contenu: str) -> IndirectObject:
        flux: StreamObject = DecodedStreamObject()
        flux.set_data(contenu.encode("cp1252", "replace"))
        flux = flux.flate_encode() if len(contenu) > COURT else flux
        flux.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(
                    map(FloatObject, (0, 0, round(case.largeur, 3), round(case.hauteur, 3)))
                ),
                NameObject("/Resources"): DictionaryObject({NameObject("/Font"): self.polices}),
            }
        )
        return self.ecrivain._add_object(flux)


def finir_le_formulaire(octets: bytes, normale_ttf: Path, grasse_ttf: Path) -> bytes:
    ecrivain = PdfWriter(clone_from=BytesIO(octets))
    formulaire = Formulaire(ecrivain, normale=normale_ttf, grasse=grasse_ttf)
    racine = _dictionnaire(ecrivain.root_object["/AcroForm"])
    for page in ecrivain.pages:
        page[NameObject("/Tabs")] = NameObject("/S")
        for champ in _champs(page):
            case = _cadrer(champ)
            if str(champ["/FT"]) == "/Btn":
                formulaire.cocher(champ, case)
            else:
                formulaire.ecrire(champ, case)
    formulaire.finir(racine)
    ecrivain.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    sortie = BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()


def _champs(page: DictionaryObject) -> Iterator[DictionaryObject]:
    annotations = page.get("/Annots", ArrayObject()).get_object()
    for annotation in annotations if isinstance(annotations, ArrayObject) else ():
        champ = _dictionnaire(annotation)
        if str(champ.get("/Subtype")) == "/Widget":
            yield champ


def _cadrer(champ: DictionaryObject) -> Case:
    """Le cadre du champ, remis dans l'ordre et arrondi."""
    x1, y1, x2, y2 = (float(v) for v in champ["/Rect"])  # type: ignore[attr-defined]
    champ[NameObject("/Rect")] = ArrayObject(
        FloatObject(round(v, 3)) for v in (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    )
    return Case(abs(x2 - x1), abs(y2 - y1))


def _texte(
    lignes: list[str], police: PoliceDeChamp, corps: float, case: Case, *, a_droite: bool
) -> str:
    interligne = corps * 1.18
    haut = (case.hauteur + interligne * (len(lignes) - 1)) / 2 - corps * 0.33
    contenu = (
        f"/Tx BMC q 0 0 {case.largeur:.2f} {case.hauteur:.2f} re W n BT {ENCRE} rg "
        f"{police.nom} {corps:g} Tf "
    )
    for rang, ligne in enumerate(lignes):
        tenue = police.abreger(ligne, corps, case.largeur)
        x = case.largeur - MARGE - police.largeur(tenue, corps) if a_droite else MARGE
        protegee = re.sub(r"([\\()])", r"\\\1", tenue)
        contenu += f"1 0 0 1 {x:.2f} {haut - rang * interligne:.2f} Tm ({protegee}) Tj "
    return contenu + "ET Q EMC"


def _largeurs(police: TTFont) -> list[int]:
    """En millièmes de corps, du code 32 au code 255."""
    unites, table = police["head"].unitsPerEm, police.getBestCmap()
    largeurs = []
    for code in range(32, 256):
        try:
            glyphe = table.get(ord(bytes([code]).decode("cp1252")), ".notdef")
        except UnicodeDecodeError:
            glyphe = ".notdef"
        largeurs.append(round(police["hmtx"][glyphe][0] * 1000 / unites))
    return largeurs


def _incorporer(ecrivain: PdfWriter, octets: bytes) -> PdfObject:
    """WeasyPrint a pu incorporer la même police en entier : on ne la met pas deux fois."""
    for objet in ecrivain._objects:
        if (
            isinstance(objet, StreamObject)
            and objet.get("/Length1") == len(octets)
            and objet.get_data() == octets
            and objet.indirect_reference is not None
        ):
            return objet.indirect_reference
    brut = DecodedStreamObject()
    brut.set_data(octets)
    flux = brut.flate_encode()
    flux[NameObject("/Length1")] = NumberObject(len(octets))
    return ecrivain._add_object(flux)


def _descripteur(police: TTFont, nom: NameObject, incorporee: PdfObject) -> DictionaryObject:
    tete, os2 = police["head"], police["OS/2"]
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): nom,
            NameObject("/Flags"): NumberObject(32),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/FontBBox"): ArrayObject(
                map(NumberObject, (tete.xMin, tete.yMin, tete.xMax, tete.yMax))
            ),
            NameObject("/Ascent"): NumberObject(os2.sTypoAscender),
            NameObject("/Descent"): NumberObject(os2.sTypoDescender),
            NameObject("/CapHeight"): NumberObject(os2.sCapHeight),
            NameObject("/StemV"): NumberObject(80),
            NameObject("/FontFile2"): incorporee,
        }
    )


def _dictionnaire(objet: PdfObject) -> DictionaryObject:
    vise = objet.get_object()
    if not isinstance(vise, DictionaryObject):
        raise TypeError("Un champ du formulaire n'a pas la forme attendue.")
    return vise
