"""Le QR code « EPC » : un virement prérempli, à lire avec l'application de sa banque."""

from decimal import Decimal
from io import BytesIO

from django.utils.safestring import SafeString, mark_safe
from segno import QRCode, helpers

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.identifiants import lire_iban


def _code(*, nom: str, iban: str, bic: str, montant: Decimal, reference: str) -> QRCode | None:
    """Rien sans IBAN juste, ni hors des bornes de la norme (0,01 € à 999 999 999,99 €)."""
    if not iban or not Decimal("0.01") <= montant <= Decimal("999999999.99"):
        return None
    try:
        return helpers.make_epc_qr(
            name=nom[:70],
            iban=lire_iban(iban),
            amount=montant,
            text=reference[:140],
            bic=bic or None,
        )
    except (ValueError, ErreurMetier):
        return None


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
    code.save(image, kind="png", scale=4, border=4)
    return image.getvalue()
