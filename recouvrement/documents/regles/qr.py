"""Le QR code « EPC » : un virement prérempli, à lire avec l'application de sa banque."""

from decimal import Decimal
from io import BytesIO

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
    if code is None:
        return b""
    image = BytesIO()
    # Quatre points par carré, un bit par point.
    code.save(image, kind="png", scale=4, border=MARGE)
    return image.getvalue()
