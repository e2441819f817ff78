"""Lire une facture CII : Factur-X et ZUGFeRD, du profil MINIMUM à EXTENDED (et ZUGFeRD 1)."""

from datetime import date
from decimal import Decimal

from lxml import etree

from factures.imports.documents import RECTIFICATIVE
from factures.imports.noeuds import Releve, courriels, siren_siret, texte, tous, un
from factures.imports.types import LONGUEUR_CONDITIONS, EcheanceLue, FactureLue, PartieLue, TvaLue
from recouvrement.socle.montants import ZERO

RACINES = ("CrossIndustryInvoice", "CrossIndustryDocument")
# Du plus long au plus court : « basicwl » contient « basic ».
PROFILS = (
    ("xrechnung", "XRECHNUNG"),
    ("extended", "EXTENDED"),
    ("basicwl", "BASIC WL"),
    ("minimum", "MINIMUM"),
    ("comfort", "EN 16931"),
    ("basic", "BASIC"),
    ("en16931", "EN 16931"),
)
SANS_LIGNES = ("MINIMUM", "BASIC WL")


def lire_cii(racine: etree._Element) -> tuple[FactureLue, Releve]:
    releve = Releve()
    releve.refuser_montants_mal_ecrits(racine)
    entete = un(racine, "ExchangedDocument", "HeaderExchangedDocument")
    transaction = un(racine, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
    accord = un(
        transaction, "ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement"
    )
    reglement = un(
        transaction, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement"
    )
    totaux = un(
        reglement,
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "SpecifiedTradeSettlementMonetarySummation",
    )
    releve.devise = texte(reglement, "InvoiceCurrencyCode")
    code = texte(entete, "TypeCode")
    nature = releve.nature(code)
    tva = _ventilation(reglement, releve)
    vendeur = un(accord, "SellerTradeParty")
    releve.refuser_vendeur_sans_tva(
        tva,
        identifie=bool(
            texte(vendeur, "SpecifiedTaxRegistration/ID")
            or texte(accord, "SellerTaxRepresentativeTradeParty/SpecifiedTaxRegistration/ID")
        ),
    )
    ht = releve.montant(un(totaux, "TaxBasisTotalAmount"), "montant_ht")
    releve.refuser_lignes_sans_total(
        ht,
        lignes=releve.montant(un(totaux, "LineTotalAmount"), "montants"),
        remises=releve.montant(un(totaux, "AllowanceTotalAmount"), "montants"),
        frais=releve.montant(un(totaux, "ChargeTotalAmount"), "montants"),
    )
    origines = [
        vu for n in tous(reglement, "InvoiceReferencedDocument")
        if (vu := texte(n, "IssuerAssignedID") or texte(n, "ID"))
    ]  # fmt: skip
    echeances = _echeances(reglement, releve)
    facture = FactureLue(
        numero=texte(entete, "ID"),
        nature=nature,
        date_emission=_jour(un(entete, "IssueDateTime"), "date_emission", releve),
        date_echeance=echeances[-1].le if echeances else None,
        echeances=echeances if len(echeances) > 1 else (),
        devise=releve.devise,
        montant_ht=ht,
        montant_tva=_tva_totale(totaux, releve),
        montant_ttc=releve.montant(un(totaux, "GrandTotalAmount"), "montant_ttc"),
        montant_prepaye=releve.montant(un(totaux, "TotalPrepaidAmount"), "montant_prepaye"),
        montant_du=releve.montant(un(totaux, "DuePayableAmount"), "montant_du"),
        arrondi=releve.montant(un(totaux, "RoundingAmount"), "montant_du") or ZERO,
        vendeur=_partie(vendeur),
        acheteur=_partie(un(accord, "BuyerTradeParty")),
        tva_par_taux=tva,
        iban=_iban(reglement),
        reference_commande=texte(accord, "BuyerOrderReferencedDocument/IssuerAssignedID")
        or texte(accord, "BuyerOrderReferencedDocument/ID"),
        conditions=_conditions(reglement),
        origines=tuple(origines),
        est_rectificative=code == RECTIFICATIVE,
        profil=_profil(racine),
        notes=tuple(vu for n in tous(entete, "IncludedNote") if (vu := texte(n, "Content"))),
    )
    if facture.profil in SANS_LIGNES and tous(transaction, "IncludedSupplyChainTradeLineItem"):
        releve.signaler(
            "profil",
            f"Le fichier se déclare {facture.profil} mais contient des lignes de détail.",
        )
    return facture, releve


def _profil(racine: etree._Element) -> str:
    contexte = un(racine, "ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    declare = texte(contexte, "GuidelineSpecifiedDocumentContextParameter/ID")
    for indice, profil in PROFILS:
        if indice in declare.lower():
            return profil
    return declare[:60]


def _jour(noeud: etree._Element | None, champ: str, releve: Releve) -> date | None:
    if (quand := un(noeud, "DateTimeString")) is None:
        return releve.jour_iso(texte(noeud, "DateTime"), champ, "DateTime")
    format_declare = quand.get("format", "102")
    if format_declare != "102":
        releve.refuser(champ, f"Date au format {format_declare[:10]} : seul le 102 est admis.")
        return None
    return releve.jour_102(texte(quand), champ, "DateTimeString")


def _echeances(reglement: etree._Element | None, releve: Releve) -> tuple[EcheanceLue, ...]:
    """Une par `SpecifiedTradePaymentTerms` daté, avec sa part (EXTENDED) si elle y est."""
    lues: dict[date, EcheanceLue] = {}
    for terme in tous(reglement, "SpecifiedTradePaymentTerms"):
        if le := _jour(un(terme, "DueDateDateTime"), "date_echeance", releve):
            part = releve.montant(un(terme, "PartialPaymentAmount"), "echeances")
            if part is not None or le not in lues:
                lues[le] = EcheanceLue(le, part)
    return tuple(lues[le] for le in sorted(lues))


def _conditions(reglement: etree._Element | None) -> str:
    textes = (
        texte(n)
        for terme in tous(reglement, "SpecifiedTradePaymentTerms")
        for n in tous(terme, "Description")
    )
    return " ".join(filter(None, textes))[:LONGUEUR_CONDITIONS]


def _tva_totale(totaux: etree._Element | None, releve: Releve) -> Decimal | None:
    """BT-110, en devise de la facture ; BT-111 redit la TVA dans une autre devise."""
    for noeud in tous(totaux, "TaxTotalAmount"):
        if noeud.get("currencyID", releve.devise) == releve.devise:
            return releve.montant(noeud, "montant_tva")
    return None


def _ventilation(reglement: etree._Element | None, releve: Releve) -> tuple[TvaLue, ...]:
    return tuple(
        TvaLue(
            categorie=texte(taxe, "CategoryCode"),
            taux=texte(taxe, "RateApplicablePercent") or texte(taxe, "ApplicablePercent"),
            base=releve.montant(un(taxe, "BasisAmount"), "montant_tva"),
            montant=releve.montant(un(taxe, "CalculatedAmount"), "montant_tva"),
        )
        for taxe in tous(reglement, "ApplicableTradeTax")
    )


def _iban(reglement: etree._Element | None) -> str:
    for moyen in tous(reglement, "SpecifiedTradeSettlementPaymentMeans"):
        if iban := texte(moyen, "PayeePartyCreditorFinancialAccount/IBANID"):
            return iban.replace(" ", "").upper()
    return ""


def _partie(noeud: etree._Element | None) -> PartieLue:
    adresse = un(noeud, "PostalTradeAddress")
    pays = texte(adresse, "CountryID").upper()
    identifiants = [
        (n.get("schemeID", ""), texte(n))
        for chemin in ("SpecifiedLegalOrganization/ID", "GlobalID")
        for n in tous(noeud, chemin)
    ]
    siren, siret = siren_siret(identifiants, pays)
    tva = [
        texte(n)
        for n in tous(noeud, "SpecifiedTaxRegistration/ID")
        if n.get("schemeID") in ("VA", "VAT")
    ]
    electroniques = [
        texte(n)
        for n in tous(noeud, "URIUniversalCommunication/URIID")
        if n.get("schemeID") == "EM"
    ]
    contact = un(noeud, "DefinedTradeContact")
    rues = (texte(adresse, ligne) for ligne in ("LineOne", "LineTwo", "LineThree"))
    return PartieLue(
        nom=texte(noeud, "Name"),
        siren=siren,
        siret=siret,
        tva=tva[0].replace(" ", "").upper() if tva else "",
        code=texte(noeud, "ID"),
        lignes=tuple(rue for rue in rues if rue),
        code_postal=texte(adresse, "PostcodeCode"),
        ville=texte(adresse, "CityName"),
        pays=pays,
        courriels=courriels(
            texte(contact, "EmailURIUniversalCommunication/URIID"),
            texte(contact, "EmailURIUniversalCommunication/CompleteNumber"),
            *electroniques,
        ),
        telephone=texte(contact, "TelephoneUniversalCommunication/CompleteNumber"),
    )
