"""P6 : importer un tableur de dix mille lignes, puis mille factures électroniques."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from lxml import etree
from pypdf import PdfReader, PdfWriter

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.importation import preparer_import, valider_import
from factures.enums import Moyen, SortLigne
from factures.models import Facture, LigneImport
from recouvrement.banc import lots
from recouvrement.banc.donnees import ecrire, un_creancier, un_utilisateur
from recouvrement.banc.mesures import Mesure, chrono, memoire_de_pointe
from recouvrement.comptes.models import Creancier
from recouvrement.demonstration.papiers import page
from recouvrement.socle import formats

ENTETES = ("Numéro", "Client", "Date", "Échéance", "Montant HT", "TVA", "Montant TTC", "Courriel")
CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>urn:factur-x.eu:1p0:basicwl</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
</rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{numero}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{emission:%Y%m%d}</udt:DateTimeString>
</ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Banc</ram:Name></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>{client}</ram:Name><ram:PostalTradeAddress>
<ram:PostcodeCode>35000</ram:PostcodeCode><ram:LineOne>1 rue du Port</ram:LineOne>
<ram:CityName>Rennes</ram:CityName><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>
</ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>
<udt:DateTimeString format="102">{echeance:%Y%m%d}</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:TaxBasisTotalAmount>1000.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">200.00</ram:TaxTotalAmount>
<ram:GrandTotalAmount>1200.00</ram:GrandTotalAmount>
<ram:DuePayableAmount>1200.00</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>
"""


def tableur(lignes: int, *, au: date, maintenant: datetime) -> Mesure:
    creancier = un_creancier(f"csv-{Creancier.objects.count()}")
    octets = _csv(lignes, au=au)
    duree = chrono(lambda: _importer(creancier, [("factures.csv", octets)], maintenant))
    return Mesure(
        f"{_creees(creancier)} lignes de CSV créées sur {lignes}",
        duree,
        limite=chrono(lambda: _nu(creancier, octets, au=au)),
        memoire=memoire_de_pointe(),
        objectif="10 000 : ≤ 3 s",
    )


def electroniques(nombre: int, *, au: date, maintenant: datetime) -> Mesure:
    creancier = un_creancier(f"facturx-{Creancier.objects.count()}")
    fichiers = [(f"facture-{n}.pdf", _facturx(n, au=au)) for n in range(nombre)]
    duree = chrono(lambda: _importer(creancier, fichiers, maintenant))
    return Mesure(
        f"{_creees(creancier)} Factur-X importées sur {nombre}",
        duree,
        limite=chrono(lambda: _tout_lire(fichiers)),
        memoire=memoire_de_pointe(),
        objectif="1 000 : ≤ 10 s",
    )


def lignes(*, au: date, maintenant: datetime) -> Iterator[Mesure]:
    yield tableur(10_000, au=au, maintenant=maintenant)
    yield electroniques(1_000, au=au, maintenant=maintenant)
    yield from lots.ecritures()


def _importer(
    creancier: Creancier, fichiers: list[tuple[str, bytes]], maintenant: datetime
) -> None:
    acteur = un_utilisateur()
    # Nos PDF d'essai ne se disent pas Factur-X, et leur vendeur n'est pas ce créancier.
    importation = preparer_import(
        creancier,
        fichiers,
        acteur=acteur,
        maintenant=maintenant,
        malgre_la_forme=True,
        motif_du_vendeur="Banc d'essai",
    )
    valider_import(importation, acteur=acteur, maintenant=maintenant)


def _tout_lire(fichiers: list[tuple[str, bytes]]) -> None:
    for _, octets in fichiers:
        _lire(octets)


def _creees(creancier: Creancier) -> int:
    return LigneImport.objects.pour(creancier).filter(sort=SortLigne.CREEE).count()


def _csv(lignes: int, *, au: date) -> bytes:
    sortie = io.StringIO()
    redacteur = csv.writer(sortie, delimiter=";")
    redacteur.writerow(ENTETES)
    for n in range(lignes):
        emission = au - timedelta(days=n % 300 + 1)
        redacteur.writerow(
            (
                *(f"I-{n:06}", f"Client importé {n % (lignes // 10)}", formats.jour(emission)),
                formats.jour(emission + timedelta(days=30)),
                *("1 000,00", "200,00", "1 200,00", f"c{n % (lignes // 10)}@banc.example"),
            )
        )
    return sortie.getvalue().encode("utf-8-sig")


def _nu(creancier: Creancier, octets: bytes, *, au: date) -> None:
    """Lire et écrire sans rien vérifier, puis défaire."""
    with transaction.atomic():
        (client,) = ecrire([Client(creancier=creancier, nom="Nu", nom_recherche="nu")])
        lues = csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";")
        next(lues)
        factures = [
            Facture(
                creancier=creancier,
                client=client,
                numero=f"N-{ligne[0]}",
                date_emission=au,
                date_echeance=au,
                montant_ttc=Decimal("1200.00"),
            )
            for ligne in lues
        ]
        grand_livre.reprendre(factures, moyen=Moyen.DEJA_VERSE, acteur=None)
        transaction.set_rollback(True)


def _facturx(n: int, *, au: date) -> bytes:
    emission = au - timedelta(days=n % 200 + 1)
    xml = CII.format(
        numero=f"X-{n:05}",
        client=f"Client électronique {n % 100}",
        emission=emission,
        echeance=emission + timedelta(days=30),
    )
    ecrivain = PdfWriter(io.BytesIO(page(f"Facture X-{n:05}", ["Banc d'essai"])))
    ecrivain.add_attachment("factur-x.xml", xml.encode())
    sortie = io.BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()


def _lire(octets: bytes) -> None:
    etree.fromstring(PdfReader(io.BytesIO(octets)).attachments["factur-x.xml"][0])
