"""Les en-têtes que l'on sait reconnaître : français, Dolibarr, Odoo, Pennylane, Sage, EBP…"""

import re
import unicodedata

from factures.imports.types import ACOMPTE, AVOIR, FACTURE

NUMERO, CLIENT, SIREN, SIRET, TVA = "numero", "client", "siren", "siret", "tva"
CODE_CLIENT, COURRIEL, TELEPHONE = "code_client", "courriel", "telephone"
ADRESSE, CODE_POSTAL, VILLE = "adresse", "code_postal", "ville"
DATE_EMISSION, DATE_ECHEANCE = "date_emission", "date_echeance"
CONDITIONS, ECHEANCES, MONTANT_ECHEANCE = "conditions", "echeances", "montant_echeance"
MONTANT_HT, MONTANT_TVA, MONTANT_TTC = "montant_ht", "montant_tva", "montant_ttc"
ARRONDI, MONTANT_PAYE, RESTE_DU = "arrondi", "montant_paye", "reste_du"
DEVISE, NATURE, LIBELLE = "devise", "nature", "libelle"
QUALITE, FORME = "qualite", "forme"
FACTURE_LIEE = "facture_liee"

LIBELLES = {
    NUMERO: "Numéro de facture",
    CLIENT: "Client",
    SIREN: "SIREN",
    SIRET: "SIRET",
    TVA: "N° de TVA du client",
    CODE_CLIENT: "Code client",
    COURRIEL: "Courriel",
    TELEPHONE: "Téléphone",
    ADRESSE: "Adresse",
    CODE_POSTAL: "Code postal",
    VILLE: "Ville",
    DATE_EMISSION: "Date de facture",
    DATE_ECHEANCE: "Échéance",
    CONDITIONS: "Conditions de règlement",
    ECHEANCES: "Échéances et montants (date montant ; …)",
    MONTANT_ECHEANCE: "Montant de l'échéance",
    MONTANT_HT: "Montant HT",
    MONTANT_TVA: "Montant de la TVA",
    MONTANT_TTC: "Montant TTC",
    ARRONDI: "Arrondi du total",
    MONTANT_PAYE: "Déjà payé",
    RESTE_DU: "Reste dû",
    DEVISE: "Devise",
    NATURE: "Nature (facture, avoir, acompte)",
    QUALITE: "Nature du client (professionnel, particulier, public)",
    FORME: "Forme juridique du client",
    LIBELLE: "Objet",
    FACTURE_LIEE: "Facture liée (avoir, rectificative)",
}
CHAMPS = tuple(LIBELLES)
OBLIGATOIRES = (NUMERO, DATE_EMISSION, MONTANT_TTC)

# Normalisés : minuscules, sans accent ni ponctuation, « n° » → « n », « % » → « pourcent ».
SURS: dict[str, str] = {
    en_tete.strip(): champ
    for champ, en_tetes in {
        NUMERO: "numero|n facture|numero facture|numero de facture|numero de la facture"
        "|n de facture|n piece|n de piece|numero de piece|numero piece|numero du document"
        "|n document|reference facture|ref facture|invoiceref|invoice number|facture n"
        "|numero de document",
        CLIENT: "client|nom du client|nom client|tiers|nom du tiers|raison sociale|societe|debiteur"
        "|companyname|nom|partenaire|raison sociale client|customer|destinataire|intitule tiers"
        "|nom d affichage du partenaire de la facture|invoice partner display name|client nom"
        "|nom d affichage du partenaire de facturation|intitule du tiers|nom ou raison sociale",
        SIREN: "siren|n siren|numero siren|siren client|siren du client|profid1|id prof 1 siren"
        "|id prof 1",
        SIRET: "siret|n siret|numero siret|siret client|siret du client|profid2|id prof 2 siret"
        "|id prof 2",
        TVA: "n tva|numero tva|numero de tva|n de tva|tva intracom|tva intracommunautaire|vatintra"
        "|n tva intracommunautaire|numero de tva intracommunautaire|n tva intracom|tva client"
        "|numero tva intracommunautaire|identifiant tva",
        CODE_CLIENT: "code client|code tiers|code du client|reference client|ref client|n client"
        "|numero client|compte client|compte tiers|compte auxiliaire|customeraccountancycode"
        "|code comptable client|numero de client|code comptable client comptabilite|idcompany",
        COURRIEL: "email|e mail|mail|courriel|adresse email|adresse e mail|email client"
        "|e mail client|courriel client|adresse mail|mail client",
        TELEPHONE: "telephone|tel|phone|n telephone|numero de telephone|mobile|portable"
        "|telephone client|tel client",
        ADRESSE: "adresse|address|rue|adresse client|adresse de facturation|adresse postale"
        "|adresse 1|adresse ligne 1",
        CODE_POSTAL: "code postal|cp|zip|code postal client",
        VILLE: "ville|town|city|commune|ville client",
        DATE_EMISSION: "date de facture|date facture|date d emission|date emission|date facturation"
        "|date de facturation|dateinvoice|emise le|date de la facture|date piece|date de piece"
        "|date du document|invoice bill date|invoice date|date document|facturee le",
        DATE_ECHEANCE: "echeance|date d echeance|date echeance|date limite de reglement|datedue"
        "|date limite de paiement|due date|a payer avant le|date de reglement prevue|ech"
        "|date limite reglement|echeance le|date d exigibilite",
        CONDITIONS: "conditions de reglement|condition de reglement|conditions de paiement"
        "|condition de paiement|conditions reglement|conditions paiement|delai de paiement"
        "|delai de reglement|delai paiement|delai reglement|termes de paiement|cond reglement"
        "|cond paiement|payment terms|payment term|invoice payment term|terms",
        ECHEANCES: "echeances|echeancier|echeances et montants|echeances et montants date montant",
        MONTANT_ECHEANCE: "montant de l echeance|montant echeance|montant a l echeance"
        "|montant de la tranche|montant tranche",
        MONTANT_HT: "montant ht|total ht|ht|totalht|hors taxes signe|hors taxes|untaxed amount"
        "|montant hors taxes|total hors taxes|montant total ht|net ht|total net ht"
        "|montant hors taxe|untaxed amount signed|montant ht en euros",
        MONTANT_TVA: "montant tva|total tva|totalvat|montant de la tva|tva montant|taxe|tax"
        "|montant total tva|taxes|total taxes|montant taxes",
        MONTANT_TTC: "montant ttc|total ttc|ttc|totalttc|total signe|total avec taxes"
        "|montant total ttc|toutes taxes comprises|total toutes taxes comprises|total signed"
        "|montant ttc en euros|prix ttc",
        ARRONDI: "arrondi|arrondi du total|montant arrondi|montant d arrondi|rounding amount"
        "|ecart d arrondi|difference d arrondi",
        MONTANT_PAYE: "montant paye|montant regle|deja paye|deja regle|regle|montant encaisse"
        "|encaisse|acompte verse|montant deja paye|total regle|total paye|paye montant"
        "|montant des reglements|reglements",
        RESTE_DU: "reste a payer|reste du|restant du|solde|solde du|montant du|montant du signe"
        "|reste a regler|reste a recouvrer|reste a encaisser|amount due|net restant du"
        "|amount due signed|solde restant|impaye|montant impaye|reste",
        DEVISE: "devise|monnaie|currency|code devise",
        QUALITE: "nature client|nature du client|nature debiteur|nature du debiteur|type client"
        "|type de client|type du client|type de tiers|type du tiers|type tiers|type de debiteur"
        "|type debiteur|categorie client|categorie de client|categorie du client|categorie tiers"
        "|categorie de tiers|b2b b2c|b2b b2c b2g|b2c b2b|qualite|qualite client|qualite du client"
        "|qualite du debiteur|customer type|company type|typent|typent code|client type"
        "|particulier professionnel|professionnel particulier|pro particulier|particulier pro",
        FORME: "forme juridique|forme|forme juridique client|forme juridique du client|forme client"
        "|statut juridique|categorie juridique|legal form|forme legale|code forme juridique"
        "|nature juridique|structure juridique",
        NATURE: "nature|type de piece|type de document|type de facture|type piece|type document",
        FACTURE_LIEE: "facture liee|factures liees|facture d origine|facture origine|facture visee"
        "|facture concernee|facture rectifiee|facture associee|facture creditee|facture corrigee"
        "|n facture d origine|numero de facture d origine|numero facture d origine|avoir sur"
        "|reversal of|extourne de|n facture liee|numero de la facture liee",
        LIBELLE: "objet|libelle|designation|description|intitule|objet de la facture",
    }.items()
    for en_tete in en_tetes.split("|")
}
PROBABLES: dict[str, str] = {
    "date": DATE_EMISSION,
    "montant": MONTANT_TTC,
    "total": MONTANT_TTC,
    "net a payer": RESTE_DU,
    "tva": MONTANT_TVA,
    "reference": NUMERO,
    "ref": NUMERO,
    "n": NUMERO,
    "facture": NUMERO,
    "number": NUMERO,
    "piece": NUMERO,
    "type": NATURE,
    "paye": MONTANT_PAYE,
    "compte": CODE_CLIENT,
    "code": CODE_CLIENT,
    "acompte": MONTANT_PAYE,
}
RECTIFICATIVES = (
    *("rectificative", "facture rectificative", "384", "corrective invoice", "corrected invoice"),
    *("facture corrigee", "facture de remplacement", "rectification"),
)
NATURES_ECRITES = {
    **dict.fromkeys(
        ("facture", "fac", "fa", "f", "fc", "invoice", "380", "facture client", "facture de vente",
         "facture standard", "customer invoice", "out invoice", "vente", "facture de solde"),
        FACTURE,
    ),
    **dict.fromkeys(RECTIFICATIVES, FACTURE),
    **dict.fromkeys(
        ("avoir", "av", "a", "av client", "avoir client", "facture d avoir", "note de credit",
         "credit note", "381", "refund", "out refund", "remboursement", "customer credit note"),
        AVOIR,
    ),
    **dict.fromkeys(
        ("acompte", "facture d acompte", "fa acompte", "386", "deposit", "ac", "acompte client"),
        ACOMPTE,
    ),
}  # fmt: skip
# Ressemblent à un champ et n'en sont pas : taux, état, dates de règlement.
JAMAIS = re.compile(
    r"\b(taux|pourcent|statut|etat|status|lettrage|mode|date de paiement|date paiement"
    r"|date de reglement|date reglement|vendeur|commercial|banque|journal"
    r"|facture payee|invoicepaid|invoicestatus|note|notes)\b"
)
MOTIFS: tuple[tuple[str, str], ...] = (
    (
        r"\b(nature|type|categorie|qualite|segment)\b.*\b(clients?|tiers|debiteur|acheteur)\b",
        QUALITE,
    ),
    (r"\b(forme|nature|categorie) juridique\b", FORME),
    (r"\b(conditions?|delais?|termes?)\b.*\b(reglement|paiement)\b", CONDITIONS),
    (r"\bech(eance)?\b", DATE_ECHEANCE),
    (r"\b(reste|restant|solde)\b", RESTE_DU),
    (r"\b(paye|regle|encaisse)\b", MONTANT_PAYE),
    (r"\bsiret\b", SIRET),
    (r"\bsiren\b", SIREN),
    (r"\b(n|numero) (de )?tva\b|\btva intra", TVA),
    (r"\bttc\b", MONTANT_TTC),
    (r"\bht\b|\bhors taxes?\b", MONTANT_HT),
    (r"\bmontant\b.*\btva\b|\btva\b.*\bmontant\b", MONTANT_TVA),
    (r"\bdate\b.*\b(facture|emission|piece|document)\b", DATE_EMISSION),
    (r"\bfacture\b.*\b(liee|origine|visee|rectifiee|concernee|associee|creditee)\b", FACTURE_LIEE),
    (r"\b(n|numero|ref|reference)\b.*\b(facture|piece|document)\b", NUMERO),
    (r"\b(e ?mail|courriel)\b", COURRIEL),
    (r"\btel(ephone)?\b", TELEPHONE),
    (r"\bcode postal\b", CODE_POSTAL),
    (r"\b(code|compte|n|numero|ref|reference)\b.*\b(client|tiers)\b", CODE_CLIENT),
    (r"\b(client|tiers|raison sociale)\b", CLIENT),
)


def normaliser(en_tete: str) -> str:
    """« Date d'Échéance » → « date d echeance »."""
    texte = en_tete.replace("%", " pourcent ").replace("°", " ").replace("œ", "oe")
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    ascii_seul = "".join(c for c in decompose if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", ascii_seul).split())


def deviner_champ(en_tete: str) -> tuple[str, bool]:
    """Le champ d'un en-tête et si l'on en est sûr ; ("", False) s'il n'évoque rien."""
    vu = normaliser(en_tete)
    if not vu:
        return "", False
    if vu in SURS:
        return SURS[vu], True
    if JAMAIS.search(vu):
        return "", False
    if vu in PROBABLES:
        return PROBABLES[vu], False
    for motif, champ in MOTIFS:
        if re.search(motif, vu):
            return champ, False
    return "", False
