"""Lire une facture ou un avoir UBL 2.1 (Invoice, CreditNote)."""

from datetime import date

from lxml import etree

from factures.imports.documents import RECTIFICATIVE
from factures.imports.noeuds import Releve, courriels, siren_siret, texte, tous, un
from factures.imports.types import (
    AVOIR,
    LONGUEUR_CONDITIONS,
    EcheanceLue,
    FactureLue,
    PartieLue,
    TvaLue,
)
from recouvrement.socle.montants import ZERO

RACINES = ("Invoice", "CreditNote")


def lire_ubl(racine: etree._Element) -> tuple[FactureLue, Releve]:
    releve = Releve(devise=texte(racine, "DocumentCurrencyCode"))
    releve.refuser_montants_mal_ecrits(racine)
    est_avoir = etree.QName(racine).localname == "CreditNote"
    code = texte(racine, "CreditNoteTypeCode") or texte(racine, "InvoiceTypeCode")
    nature = releve.nature(code, defaut=AVOIR if est_avoir else "")
    if est_avoir and nature != AVOIR:
        releve.refuser("nature", f"Avoir (CreditNote) de type {code} : le type le contredit.")
    totaux = un(racine, "LegalMonetaryTotal")
    taxe = _taxe_en_devise(racine, releve.devise)
    tva = tuple(
        TvaLue(
            categorie=texte(ligne, "TaxCategory/ID"),
            taux=texte(ligne, "TaxCategory/Percent"),
            base=releve.montant(un(ligne, "TaxableAmount"), "montant_tva"),
            montant=releve.montant(un(ligne, "TaxAmount"), "montant_tva"),
        )
        for ligne in tous(taxe, "TaxSubtotal")
    )
    vendeur = un(racine, "AccountingSupplierParty/Party")
    releve.refuser_vendeur_sans_tva(
        tva,
        identifie=bool(
            texte(vendeur, "PartyTaxScheme/CompanyID")
            or texte(racine, "TaxRepresentativeParty/PartyTaxScheme/CompanyID")
        ),
    )
    ht = releve.montant(un(totaux, "TaxExclusiveAmount"), "montant_ht")
    releve.refuser_lignes_sans_total(
        ht,
        lignes=releve.montant(un(totaux, "LineExtensionAmount"), "montants"),
        remises=releve.montant(un(totaux, "AllowanceTotalAmount"), "montants"),
        frais=releve.montant(un(totaux, "ChargeTotalAmount"), "montants"),
    )
    origines = [
        vu for n in tous(racine, "BillingReference/InvoiceDocumentReference/ID") if (vu := texte(n))
    ]
    echeances = _echeances(racine, releve)
    facture = FactureLue(
        numero=texte(racine, "ID"),
        nature=nature,
        date_emission=releve.jour_iso(texte(racine, "IssueDate"), "date_emission", "IssueDate"),
        date_echeance=echeances[-1].le if echeances else None,
        echeances=echeances if len(echeances) > 1 else (),
        devise=releve.devise,
        montant_ht=ht,
        montant_tva=releve.montant(un(taxe, "TaxAmount"), "montant_tva"),
        montant_ttc=releve.montant(un(totaux, "TaxInclusiveAmount"), "montant_ttc"),
        montant_prepaye=releve.montant(un(totaux, "PrepaidAmount"), "montant_prepaye"),
        montant_du=releve.montant(un(totaux, "PayableAmount"), "montant_du"),
        arrondi=releve.montant(un(totaux, "PayableRoundingAmount"), "montant_du") or ZERO,
        vendeur=_partie(vendeur),
        acheteur=_partie(un(racine, "AccountingCustomerParty/Party")),
        tva_par_taux=tva,
        iban=_iban(racine),
        reference_commande=texte(racine, "OrderReference/ID"),
        conditions=" ".join(vu for n in tous(racine, "PaymentTerms/Note") if (vu := texte(n)))[
            :LONGUEUR_CONDITIONS
        ],
        origines=tuple(origines),
        est_rectificative=code == RECTIFICATIVE,
        profil="UBL",
        notes=tuple(vu for n in tous(racine, "Note") if (vu := texte(n))),
    )
    return facture, releve


def _echeances(racine: etree._Element, releve: Releve) -> tuple[EcheanceLue, ...]:
    """DueDate ; plusieurs : PaymentTerms, chacun sa date et sa part, ou PaymentMeans."""
    lues: dict[date, EcheanceLue] = {}
    for balise in ("InstallmentDueDate", "PaymentDueDate"):
        for terme in tous(racine, "PaymentTerms"):
            if le := releve.jour_iso(texte(terme, balise), "date_echeance", balise):
                lues[le] = EcheanceLue(le, releve.montant(un(terme, "Amount"), "echeances"))
    if len(lues) < 2:
        # DueDate sur une facture ; un avoir la porte sous PaymentMeans.
        for chemin in ("DueDate", "PaymentMeans/PaymentDueDate"):
            for n in tous(racine, chemin):
                balise = etree.QName(n).localname
                if le := releve.jour_iso(texte(n), "date_echeance", balise):
                    lues.setdefault(le, EcheanceLue(le))
    return tuple(lues[le] for le in sorted(lues))


def _taxe_en_devise(racine: etree._Element, devise: str) -> etree._Element | None:
    """Le TaxTotal dans la devise de la facture ; un second redit la TVA dans une autre."""
    for taxe in tous(racine, "TaxTotal"):
        montant = un(taxe, "TaxAmount")
        if montant is not None and montant.get("currencyID", devise) == devise:
            return taxe
    return None


def _iban(racine: etree._Element) -> str:
    for noeud in tous(racine, "PaymentMeans/PayeeFinancialAccount/ID"):
        if iban := texte(noeud):
            return iban.replace(" ", "").upper()
    return ""


def _partie(noeud: etree._Element | None) -> PartieLue:
    adresse = un(noeud, "PostalAddress")
    pays = texte(adresse, "Country/IdentificationCode").upper()
    legales = tous(noeud, "PartyLegalEntity/CompanyID")
    autres = tous(noeud, "PartyIdentification/ID")
    siren, siret = siren_siret(
        [(n.get("schemeID", ""), texte(n)) for n in [*legales, *autres]], pays
    )
    tva = [
        texte(n, "CompanyID")
        for n in tous(noeud, "PartyTaxScheme")
        if texte(n, "TaxScheme/ID") == "VAT"
    ]
    codes = [texte(n) for n in autres if not n.get("schemeID")]
    adresse_electronique = un(noeud, "EndpointID")
    electronique = (
        texte(adresse_electronique)
        if adresse_electronique is not None and adresse_electronique.get("schemeID") == "EM"
        else ""
    )
    rues = (
        texte(adresse, chemin)
        for chemin in ("StreetName", "AdditionalStreetName", "AddressLine/Line")
    )
    return PartieLue(
        nom=texte(noeud, "PartyLegalEntity/RegistrationName") or texte(noeud, "PartyName/Name"),
        siren=siren,
        siret=siret,
        tva=tva[0].replace(" ", "").upper() if tva else "",
        code=codes[0] if codes else "",
        lignes=tuple(rue for rue in rues if rue),
        code_postal=texte(adresse, "PostalZone"),
        ville=texte(adresse, "CityName"),
        pays=pays,
        courriels=courriels(texte(noeud, "Contact/ElectronicMail"), electronique),
        telephone=texte(noeud, "Contact/Telephone"),
    )
