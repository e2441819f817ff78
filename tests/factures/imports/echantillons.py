"""Des factures électroniques écrites pour les tests : aucune ne vient d'ailleurs."""

import io
import zipfile
from functools import cache

from facturx import generate_from_binary
from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

PROFILS = {
    "MINIMUM": "urn:factur-x.eu:1p0:minimum",
    "BASIC WL": "urn:factur-x.eu:1p0:basicwl",
    "BASIC": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
    "EN 16931": "urn:cen.eu:en16931:2017",
    "EXTENDED": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
}


def un_cii(
    *,
    numero="FA-2026-041",
    type_document="380",
    emission="20260312",
    echeance="20260411",
    devise="EUR",
    ht="1000.00",
    tva="200.00",
    ttc="1200.00",
    prepaye=None,
    du="1200.00",
    profil="EN 16931",
    ventilation="200.00",
    arrondi="",
    entete="",
    reglement="",
) -> bytes:
    terme = (
        "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        f'<udt:DateTimeString format="102">{echeance}</udt:DateTimeString>'
        "</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"
        if echeance
        else ""
    )
    deja = f"<ram:TotalPrepaidAmount>{prepaye}</ram:TotalPrepaidAmount>" if prepaye else ""
    ecart = f"<ram:RoundingAmount>{arrondi}</ram:RoundingAmount>" if arrondi else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{entete}
<rsm:CrossIndustryInvoice
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>{PROFILS[profil]}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
</rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{numero}</ram:ID><ram:TypeCode>{type_document}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{emission}</udt:DateTimeString>
</ram:IssueDateTime><ram:IncludedNote><ram:Content>Chantier des Tilleuls</ram:Content>
</ram:IncludedNote></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:Name>Portail</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
<ram:ChargeAmount>{ht}</ram:ChargeAmount></ram:NetPriceProductTradePrice>
</ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">1</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>{ht}</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Menuiserie Kerbrat</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">732829320</ram:ID>
</ram:SpecifiedLegalOrganization>
<ram:PostalTradeAddress><ram:PostcodeCode>29000</ram:PostcodeCode>
<ram:LineOne>4 quai de l'Odet</ram:LineOne><ram:CityName>Quimper</ram:CityName>
<ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR44732829320</ram:ID>
</ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Garage Pellerin</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">404833048</ram:ID>
</ram:SpecifiedLegalOrganization>
<ram:DefinedTradeContact><ram:PersonName>Mme Pellerin</ram:PersonName>
<ram:TelephoneUniversalCommunication><ram:CompleteNumber>01 99 00 12 34</ram:CompleteNumber>
</ram:TelephoneUniversalCommunication>
<ram:EmailURIUniversalCommunication><ram:URIID>compta@pellerin.example</ram:URIID>
</ram:EmailURIUniversalCommunication></ram:DefinedTradeContact>
<ram:PostalTradeAddress><ram:PostcodeCode>35000</ram:PostcodeCode>
<ram:LineOne>12 rue des Forges</ram:LineOne><ram:LineTwo>Bâtiment B</ram:LineTwo>
<ram:CityName>Rennes</ram:CityName><ram:CountryID>FR</ram:CountryID>
</ram:PostalTradeAddress></ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>BC-77</ram:IssuerAssignedID>
</ram:BuyerOrderReferencedDocument>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>{devise}</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode>
<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>FR1420041010050500013M02606</ram:IBANID>
</ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>{ventilation}</ram:CalculatedAmount>
<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{ht}</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent>
</ram:ApplicableTradeTax>{terme}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>{ht}</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>{ht}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="{devise}">{tva}</ram:TaxTotalAmount>{ecart}
<ram:GrandTotalAmount>{ttc}</ram:GrandTotalAmount>{deja}
<ram:DuePayableAmount>{du}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{reglement}
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>""".encode()


def un_ubl(
    *, avoir=False, echeance="2026-04-11", prepaye="", du="1200.00", taxes="", arrondi=""
) -> bytes:
    racine, type_document = ("CreditNote", "381") if avoir else ("Invoice", "380")
    espace = f"urn:oasis:names:specification:ubl:schema:xsd:{racine}-2"
    du_le = f"<cbc:DueDate>{echeance}</cbc:DueDate>" if echeance and not avoir else ""
    deja = f'<cbc:PrepaidAmount currencyID="EUR">{prepaye}</cbc:PrepaidAmount>' if prepaye else ""
    balise = "PayableRoundingAmount"
    ecart = f'<cbc:{balise} currencyID="EUR">{arrondi}</cbc:{balise}>' if arrondi else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{racine} xmlns="{espace}"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
<cbc:ID>FA-2026-041</cbc:ID><cbc:IssueDate>2026-03-12</cbc:IssueDate>{du_le}
<cbc:{racine}TypeCode>{type_document}</cbc:{racine}TypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>BC-77</cbc:ID></cac:OrderReference>
<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>FA-2026-007</cbc:ID>
</cac:InvoiceDocumentReference></cac:BillingReference>
<cac:AccountingSupplierParty><cac:Party>
<cac:PartyName><cbc:Name>Kerbrat Bois</cbc:Name></cac:PartyName>
<cac:PartyTaxScheme><cbc:CompanyID>FR44732829320</cbc:CompanyID>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Menuiserie Kerbrat</cbc:RegistrationName>
<cbc:CompanyID schemeID="0002">732829320</cbc:CompanyID></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cac:PartyIdentification><cbc:ID>C-0099</cbc:ID></cac:PartyIdentification>
<cac:PostalAddress><cbc:StreetName>12 rue des Forges</cbc:StreetName>
<cbc:CityName>Rennes</cbc:CityName><cbc:PostalZone>35000</cbc:PostalZone>
<cac:Country><cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country>
</cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Garage Pellerin</cbc:RegistrationName>
<cbc:CompanyID>404833048</cbc:CompanyID></cac:PartyLegalEntity>
<cac:Contact><cbc:ElectronicMail>compta@pellerin.example</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:AccountingCustomerParty>
<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>FR14 2004 1010 0505 0001 3M02 606</cbc:ID>
</cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">200.00</cbc:TaxAmount></cac:TaxTotal>{taxes}
<cac:LegalMonetaryTotal>
<cbc:TaxExclusiveAmount currencyID="EUR">1000</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">1200.0</cbc:TaxInclusiveAmount>{deja}{ecart}
<cbc:PayableAmount currencyID="EUR">{du}</cbc:PayableAmount>
</cac:LegalMonetaryTotal></{racine}>""".encode()


@cache
def un_pdf(*, mot_de_passe: str = "", couleurs_dites: bool = False) -> bytes:
    """Une page blanche, sans pièce jointe."""
    ecrivain = PdfWriter()
    page = ecrivain.add_blank_page(595, 842)
    if couleurs_dites:
        espaces = DictionaryObject({NameObject("/DefaultRGB"): NameObject("/CalRGB")})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/ColorSpace"): espaces})
    if mot_de_passe:
        ecrivain.encrypt(mot_de_passe)
    return octets_de(ecrivain)


def un_facturx(xml: bytes | None = None, *, couleurs_dites: bool = False) -> bytes:
    """Un Factur-X écrit par la bibliothèque, validé contre son schéma."""
    pdf = un_pdf(couleurs_dites=couleurs_dites)
    return generate_from_binary(pdf, xml or un_cii(), flavor="factur-x", lang="fr")


def un_pdf_joignant(nom: str, contenu: bytes) -> bytes:
    ecrivain = PdfWriter()
    ecrivain.add_blank_page(595, 842)
    ecrivain.add_attachment(nom, contenu)
    return octets_de(ecrivain)


def un_classeur(*rangees: list) -> bytes:
    livre = Workbook()
    for rangee in rangees:
        livre.active.append(rangee)
    sortie = io.BytesIO()
    livre.save(sortie)
    return sortie.getvalue()


def un_ods(*rangees: list[str]) -> bytes:
    """Le plus petit classeur OpenDocument que l'on puisse écrire."""
    lignes = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{cellule}</text:p></table:table-cell>"
            for cellule in rangee
        )
        + "</table:table-row>"
        for rangee in rangees
    )
    oasis = "urn:oasis:names:tc:opendocument:xmlns"
    contenu = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{oasis}:office:1.0" xmlns:table="{oasis}:table:1.0" '
        f'xmlns:text="{oasis}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Feuille1">{lignes}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifeste = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{oasis}:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("content.xml", contenu)
        archive.writestr("META-INF/manifest.xml", manifeste)
    return sortie.getvalue()


def une_bombe(taille: int) -> bytes:
    """Un classeur dont la feuille se décompresse en `taille` octets."""
    sain = un_classeur(["Numéro", "Client"])
    sortie = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sain)) as source,
        zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as cible,
    ):
        for entree in source.infolist():
            if entree.filename != "xl/worksheets/sheet1.xml":
                cible.writestr(entree, source.read(entree))
        cible.writestr("xl/worksheets/sheet1.xml", _feuille_enorme(taille))
    return sortie.getvalue()


def _feuille_enorme(taille: int) -> bytes:
    debut = (
        b'<?xml version="1.0"?><worksheet '
        b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
    )
    return debut + b"A" * taille + b"</t></is></c></row></sheetData></worksheet>"


def octets_de(ecrivain: PdfWriter) -> bytes:
    sortie = io.BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()
