"""Le QR code « EPC » : un virement prérempli, à lire avec l'application de sa banque."""

import struct
import zlib
from decimal import Decimal

import segno
from django.utils.safestring import SafeString, mark_safe

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.saisies.identifiants import lire_iban

# Essayer les huit masques pour garder le plus équilibré fait les trois quarts du travail. Tous
# se lisent : on prend toujours le même.
MASQUE = 2
# Le jeu de caractères, par son numéro dans la norme : latin-1 s'il suffit, sinon UTF-8.
JEUX = (("2", "iso-8859-1"), ("1", "utf-8"))
OCTETS_MAX, VERSION_MAX = 331, 13
MARGE = 4
ENTETE_PNG = b"\x89PNG\r\n\x1a\n"
# Quatre points par carré, un bit par point : un carré fait un chiffre hexadécimal.
CARRES = bytes.maketrans(b"\x00\x01", b"f0")


def _code(
    *, nom: str, iban: str, bic: str, montant: Decimal, reference: str
) -> segno.QRCode | None:
    """Rien sans IBAN juste, ni hors des bornes de la norme (0,01 € à 999 999 999,99 €)."""
    nom, reference = nom[:70].strip(), reference[:140].rstrip()
    if not (iban and nom and reference):
        return None
    if not Decimal("0.01") <= montant <= Decimal("999999999.99") or len(bic) not in (0, 8, 11):
        return None
    try:
        iban = lire_iban(iban)
    except (ValueError, ErreurMetier):
        return None
    somme = f"EUR{montant:.2f}".rstrip("0").rstrip(".")
    octets = _en_octets("SCT", bic, nom, iban, somme, "", "", reference)
    if len(octets) > OCTETS_MAX:
        return None
    # La norme veut la correction « M », en dessous de la version 14.
    code = segno.make_qr(octets, error="m", boost_error=False, mask=MASQUE)
    return code if int(code.version) <= VERSION_MAX else None


def _en_octets(*lignes: str) -> bytes:
    for numero, jeu in JEUX:
        try:
            return "\n".join(("BCD", "002", numero, *lignes)).encode(jeu)
        except UnicodeEncodeError:
            continue
    raise AssertionError("UTF-8 écrit tout")


def qr_de_virement(
    *, nom: str, iban: str, bic: str = "", montant: Decimal, reference: str
) -> SafeString:
    """Le dessin SVG, sans style ; chaîne vide si le code ne peut pas être fait."""
    code = _code(nom=nom, iban=iban, bic=bic, montant=montant, reference=reference)
    if code is None:
        return mark_safe("")
    return mark_safe(code.svg_inline(border=0, omitsize=True, lineclass=None, svgclass="qr"))  # noqa: S308


def qr_de_virement_png(
    *, nom: str, iban: str, bic: str = "", montant: Decimal, reference: str
) -> bytes:
    """L'image PNG jointe aux courriels ; vide si le code ne peut pas être fait."""
    code = _code(nom=nom, iban=iban, bic=bic, montant=montant, reference=reference)
    return b"" if code is None else _en_png(code.matrix)


def _en_png(matrice: tuple[bytearray, ...]) -> bytes:
    """Noir et blanc, quatre points par carré : écrit d'un trait, sans passer point par point."""
    carres = len(matrice) + 2 * MARGE
    # Un octet tient deux carrés : le dernier se complète de blanc.
    bord, fin = "f" * MARGE, "f" * (MARGE + carres % 2)
    blanche = bytes.fromhex(bord + "f" * len(matrice) + fin)
    rangees = [bytes.fromhex(bord + r.translate(CARRES).decode() + fin) for r in matrice]
    points = b"".join(
        (b"\x00" + rangee) * 4 for rangee in [*[blanche] * MARGE, *rangees, *[blanche] * MARGE]
    )
    entete = struct.pack(">IIBBBBB", carres * 4, carres * 4, 1, 0, 0, 0, 0)
    morceaux = ((b"IHDR", entete), (b"IDAT", zlib.compress(points, 9)), (b"IEND", b""))
    return ENTETE_PNG + b"".join(_morceau(genre, octets) for genre, octets in morceaux)


def _morceau(genre: bytes, octets: bytes) -> bytes:
    somme = zlib.crc32(genre + octets)
    return struct.pack(">I", len(octets)) + genre + octets + struct.pack(">I", somme)
