"""Ce que le type d'un document (UNTDID 1001, BR-CL-01) dit de lui : facture, acompte ou avoir."""

from factures.imports.types import ACOMPTE, AVOIR, FACTURE

# EN 16931, liste BR-CL-01, et les types propres à la France (471 à 473, 500 à 503).
FACTURES_COURANTES = ("380", "383", "384", "389", "393", "471", "472", "473", "501")
FACTURES_CONNUES = ("326", "388", "395", "575", "623", "780", "875", "876", "877")
# Rares en France : lues comme des factures, et dites.
FACTURES_RARES = {
    "71": "demande de paiement",
    "80": "note de débit sur des biens ou services",
    "82": "facture de relevé de compteur",
    "84": "note de débit d'ajustement financier",
    "102": "avis de taxe",
    "130": "feuille de données de facturation",
    "202": "situation de travaux payée directement",
    "203": "situation de travaux provisoire",
    "204": "situation de travaux",
    "211": "demande d'acompte sur travaux",
    "218": "demande de paiement final de travaux",
    "219": "demande de paiement d'unités achevées",
    "295": "facture de révision de prix",
    "331": "facture avec liste de colisage",
    "382": "note de commission",
    "385": "facture récapitulative",
    "387": "facture de location",
    "390": "facture ducroire",
    "394": "facture de crédit-bail",
    "456": "avis de débit",
    "457": "extourne de crédit",
    "527": "note de débit autofacturée",
    "553": "relevé d'écart de facture de transitaire",
    "633": "frais portuaires",
    "817": "notification de réclamation",
    "870": "facture consulaire",
    "935": "facture en douane",
}
AVOIRS = ("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532", "502", "503")
NATURES_PAR_CODE = {
    **dict.fromkeys((*FACTURES_COURANTES, *FACTURES_CONNUES, *FACTURES_RARES), FACTURE),
    **dict.fromkeys(("386", "500"), ACOMPTE),
    **dict.fromkeys(AVOIRS, AVOIR),
}
RECTIFICATIVE = "384"
REMARQUES_PAR_CODE = {
    RECTIFICATIVE: "Facture rectificative (type 384) : elle en remplace une autre.",
    "389": "Facture établie par l'acheteur (autofacturation, type 389).",
    "393": "Facture affacturée (type 393) : la créance peut appartenir au factor.",
    "396": "Avoir affacturé (type 396) : la créance peut appartenir au factor.",
    **{
        code: f"Type de document {code} ({libelle}) : lu comme une facture."
        for code, libelle in FACTURES_RARES.items()
    },
}
PAS_UNE_CREANCE = {
    "325": "Ce document est une facture pro forma (type 325) : il ne constate aucune créance.",
    "751": "Ce document est une écriture d'information (type 751), pas une facture.",
}
