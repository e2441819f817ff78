"""Les champs d'un formulaire PDF, lisibles dans tous les lecteurs."""

import re
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
    NameObject,
    NumberObject,
    TextStringObject,
)

from recouvrement.documents.regles.typographie import FINE, INSECABLE

GRAS = {"total_montant"}
A_DROITE = {"interets_assiette"}


class PoliceDeChamp:
    """Police simple (TrueType, WinAnsi) : les lecteurs savent y saisir « é », « Œ », « € ».

    La police composite que WeasyPrint attache aux champs ne le permet pas.
    """

    def __init__(self, ecrivain, fichier, nom):

        police = TTFont(fichier)
        unites, table = police["head"].unitsPerEm, police.getBestCmap()
        self.nom, largeurs = nom, []
        for code in range(32, 256):
            try:
                glyphe = table.get(ord(bytes([code]).decode("cp1252")), ".notdef")
            except UnicodeDecodeError:
                glyphe = ".notdef"
            largeurs.append(round(police["hmtx"][glyphe][0] * 1000 / unites))
        self.largeurs = largeurs
        octets = fichier.read_bytes()
        for (
            objet
        ) in ecrivain._objects:  # la même police, déjà incorporée en entier par WeasyPrint ?
            if (
                hasattr(objet, "get_data")
                and objet.get("/Length1") == len(octets)
                and objet.get_data() == octets
            ):
                donnees = objet.indirect_reference
                break
        else:
            flux = DecodedStreamObject()
            flux.set_data(octets)
            flux = flux.flate_encode()
            flux[NameObject("/Length1")] = NumberObject(len(octets))
            donnees = ecrivain._add_object(flux)
        tete, os2 = police["head"], police["OS/2"]
        nom_ps = NameObject(f"/{police['name'].getDebugName(6)}")
        descripteur = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/FontDescriptor"),
                NameObject("/FontName"): nom_ps,
                NameObject("/Flags"): NumberObject(32),
                NameObject("/ItalicAngle"): NumberObject(0),
                NameObject("/FontBBox"): ArrayObject(
                    map(NumberObject, (tete.xMin, tete.yMin, tete.xMax, tete.yMax))
                ),
                NameObject("/Ascent"): NumberObject(os2.sTypoAscender),
                NameObject("/Descent"): NumberObject(os2.sTypoDescender),
                NameObject("/CapHeight"): NumberObject(os2.sCapHeight),
                NameObject("/StemV"): NumberObject(80),
                NameObject("/FontFile2"): donnees,
            }
        )
        self.objet = ecrivain._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Font"),
                    NameObject("/Subtype"): NameObject("/TrueType"),
                    NameObject("/BaseFont"): nom_ps,
                    NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                    NameObject("/FirstChar"): NumberObject(32),
                    NameObject("/LastChar"): NumberObject(255),
                    NameObject("/Widths"): ArrayObject(map(NumberObject, largeurs)),
                    NameObject("/FontDescriptor"): ecrivain._add_object(descripteur),
                }
            )
        )

    def largeur(self, texte, corps):
        return sum(self.largeurs[o - 32] for o in texte.encode("cp1252", "replace")) * corps / 1000

    def couper(self, texte, corps, largeur):
        lignes = [""]
        for mot in texte.split(" "):
            essai = f"{lignes[-1]} {mot}".strip()
            if lignes[-1] and self.largeur(essai, corps) > largeur:
                lignes.append(mot)
            else:
                lignes[-1] = essai
        return lignes


def finir_le_formulaire(octets: bytes, normale_ttf: Path, grasse_ttf: Path) -> bytes:
    """Écrit l'apparence de chaque champ, puis dit au lecteur de ne pas la refaire.

    WeasyPrint la laisse au lecteur (NeedAppearances) : les cases cochées s'effacent alors, et les
    insécables aussi.
    """

    ecrivain = PdfWriter(clone_from=BytesIO(octets))
    normale = PoliceDeChamp(ecrivain, normale_ttf, "/Champ")
    grasse = PoliceDeChamp(ecrivain, grasse_ttf, "/ChampGras")
    polices = ecrivain._add_object(
        DictionaryObject({NameObject(p.nom): p.objet for p in (normale, grasse)})
    )
    encre = "0.086 0.125 0.165"

    def apparence(largeur, hauteur, contenu):
        flux = DecodedStreamObject()
        flux.set_data(contenu.encode("cp1252", "replace"))
        flux = flux.flate_encode() if len(contenu) > 150 else flux
        flux.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(
                    map(FloatObject, (0, 0, round(largeur, 3), round(hauteur, 3)))
                ),
                NameObject("/Resources"): DictionaryObject({NameObject("/Font"): polices}),
            }
        )
        return ecrivain._add_object(flux)

    formulaire = ecrivain.root_object["/AcroForm"]
    for page in ecrivain.pages:
        page[NameObject("/Tabs")] = NameObject("/S")
        for annotation in page.get("/Annots", ()):
            champ_ = annotation.get_object()
            if champ_.get("/Subtype") != "/Widget":
                continue
            x1, y1, x2, y2 = (float(v) for v in champ_["/Rect"])
            champ_[NameObject("/Rect")] = ArrayObject(
                FloatObject(round(v, 3))
                for v in (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            )
            largeur, hauteur = abs(x2 - x1), abs(y2 - y1)
            if champ_["/FT"] == "/Btn":  # une croix, lisible aussi en photocopie
                r = 1.7
                croix = (
                    f"q {encre} RG 1.2 w 1 J {r} {r} m {largeur - r:.2f} {hauteur - r:.2f} l "
                    f"{r} {hauteur - r:.2f} m {largeur - r:.2f} {r} l S Q"
                )
                champ_[NameObject("/AP")] = DictionaryObject(
                    {
                        NameObject("/N"): DictionaryObject(
                            {
                                NameObject("/on"): apparence(largeur, hauteur, croix),
                                NameObject("/Off"): apparence(largeur, hauteur, ""),
                            }
                        )
                    }
                )
                champ_[NameObject("/DA")] = TextStringObject(f"{encre} rg {normale.nom} 8 Tf")
                champ_[NameObject("/MK")] = DictionaryObject(
                    {NameObject("/CA"): TextStringObject("8")}
                )
                continue
            nom = str(champ_["/T"])
            police = grasse if nom in GRAS else normale
            corps = float(re.search(r"([\d.]+) Tf", str(champ_["/DA"]))[1])
            multiligne = int(champ_.get("/Ff", 0)) & 4096
            valeur = str(champ_.get("/V", "")).replace(FINE, INSECABLE).replace("\u2011", "-")
            champ_[NameObject("/V")] = TextStringObject(valeur)
            champ_[NameObject("/DA")] = TextStringObject(f"{encre} rg {police.nom} {corps:g} Tf")
            a_droite = nom.endswith("_montant") or nom in A_DROITE
            champ_[NameObject("/Q")] = NumberObject(2 if a_droite else 0)
            marge, interligne = 2.2, corps * 1.18
            lignes = police.couper(valeur, corps, largeur - 2 * marge) if multiligne else [valeur]
            haut = (hauteur + interligne * (len(lignes) - 1)) / 2 - corps * 0.33
            contenu = (
                f"/Tx BMC q 0 0 {largeur:.2f} {hauteur:.2f} re W n BT {encre} rg "
                f"{police.nom} {corps:g} Tf "
            )
            for rang, ligne in enumerate(lignes):
                large = police.largeur(ligne, corps)
                if large > largeur and len(ligne) > 4:
                    # Trop long pour la case : la valeur reste entière dans le champ, l'image coupe.
                    while ligne and police.largeur(f"{ligne}…", corps) > largeur - marge:
                        ligne = ligne[:-1]
                    ligne += "…"
                    large = police.largeur(ligne, corps)
                x = largeur - marge - large if a_droite else marge
                proteger = re.sub(r"([\\()])", r"\\\1", ligne)
                contenu += f"1 0 0 1 {x:.2f} {haut - rang * interligne:.2f} Tm ({proteger}) Tj "
            champ_[NameObject("/AP")] = DictionaryObject(
                {NameObject("/N"): apparence(largeur, hauteur, contenu + "ET Q EMC")}
            )
    formulaire[NameObject("/NeedAppearances")] = BooleanObject(False)
    formulaire[NameObject("/DR")] = DictionaryObject({NameObject("/Font"): polices})
    formulaire[NameObject("/DA")] = TextStringObject(f"{encre} rg {normale.nom} 8.75 Tf")
    ecrivain.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    sortie = BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()
