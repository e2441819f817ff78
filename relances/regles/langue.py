"""Montants, dates et mots d'un message, en français ou en anglais."""

from datetime import date
from decimal import Decimal

from recouvrement.socle import formats


class Ecriture:
    """Montants, dates et mots dans la langue du client."""

    def __init__(self, langue: str) -> None:
        self.anglais = langue == "en"
        self.mots = MOTS["en" if self.anglais else "fr"]

    def euros(self, montant: Decimal) -> str:
        if self.anglais:
            return f"{'-' if montant < 0 else ''}€{abs(montant):,.2f}"
        return formats.euros(montant)

    def jour(self, jour: date) -> str:
        if self.anglais:
            return f"{jour.day} {MOIS_ANGLAIS[jour.month - 1]} {jour.year}"
        return formats.jour(jour)

    def long(self, jour: date) -> str:
        return self.jour(jour) if self.anglais else formats.jour_long(jour)


MOIS_ANGLAIS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
MOTS = {
    "fr": {
        "facture": "Facture",
        "echeance": "Échéance",
        "reste": "Reste dû",
        "total": "Total à régler",
        "net": "Net à régler",
        "deduire": "À déduire",
        "ailleurs": "dont {} sur d'autres factures",
        "hors": "hors {} contestés",
        "a_echoir": "à échoir, non compris dans le total",
        "virement": "Par virement, en rappelant la référence",
        "beneficiaire": "Bénéficiaire",
        "scanner": "À lire avec l'application de votre banque",
        "qr": "Code QR du virement",
        "deux_points": "\u00a0:",
        "debiteur": "Client",
        "le": " le",
        "le_dernier": ", en dernier lieu le",
        "et_autres": "et {} autres factures",
    },
    "en": {
        "facture": "Invoice",
        "echeance": "Due date",
        "reste": "Amount due",
        "total": "Total due",
        "net": "Net amount due",
        "deduire": "Less",
        "ailleurs": "of which {} against other invoices",
        "hors": "excluding {} in dispute",
        "a_echoir": "not yet due, not included in the total",
        "virement": "By bank transfer, quoting the reference",
        "beneficiaire": "Payee",
        "scanner": "Scan with your banking application",
        "qr": "Bank transfer QR code",
        "deux_points": ":",
        "debiteur": "Customer",
        "le": " on",
        "le_dernier": ", most recently on",
        "et_autres": "and {} other invoices",
    },
}
