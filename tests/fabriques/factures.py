from datetime import date
from decimal import Decimal
from itertools import count

from factures.actions import encaisser
from factures.models import Encaissement, Facture
from tests.fabriques.clients import un_client

numeros = count(1)


def une_facture(*, creancier=None, client=None, **champs) -> Facture:
    """Impayée, 1 200 € TTC, émise le 1er janvier 2026, échue le 31 janvier 2026."""
    client = client or un_client(creancier=creancier)
    valeurs = {
        "numero": f"F-2026-{next(numeros):04}",
        "montant_ht": Decimal("1000.00"),
        "montant_tva": Decimal("200.00"),
        "montant_ttc": Decimal("1200.00"),
        "date_emission": date(2026, 1, 1),
        "date_echeance": date(2026, 1, 31),
    } | champs
    if "montant_ttc" in champs and "montant_ht" not in champs:
        valeurs["montant_ht"] = valeurs["montant_tva"] = None
    valeurs.setdefault("solde", valeurs["montant_ttc"])
    return Facture.objects.create(creancier=client.creancier, client=client, **valeurs)


def un_avoir(**champs) -> Facture:
    return une_facture(**{"nature": "avoir", "montant_ttc": Decimal("300.00")} | champs)


def un_encaissement(facture: Facture, **champs) -> Encaissement:
    """200 € reçus par virement le 10 février 2026, imputés sur cette facture."""
    valeurs = {
        "montant": Decimal("200.00"),
        "recu_le": date(2026, 2, 10),
        "moyen": "virement",
        "acteur": None,
    } | champs
    valeurs.setdefault("imputations", [(facture.pk, valeurs["montant"])])
    return encaisser(facture.client, **valeurs)
