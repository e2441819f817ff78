"""Ce que l'on fait des factures et de l'argent. Une action, une transaction, au journal."""

from factures.actions.annulations import annuler_encaissement
from factures.actions.contentieux import confier_au_contentieux, retirer_du_contentieux
from factures.actions.encaissements import encaisser, imputer, utiliser_avoir
from factures.actions.importation import defaire_import
from factures.actions.litiges import clore_litige, ouvrir_litige
from factures.actions.pieces import deposer_piece
from factures.actions.saisie import enregistrer_en_tranches, enregistrer_facture, modifier_facture

__all__ = [
    "annuler_encaissement",
    "clore_litige",
    "confier_au_contentieux",
    "defaire_import",
    "deposer_piece",
    "encaisser",
    "enregistrer_en_tranches",
    "enregistrer_facture",
    "imputer",
    "modifier_facture",
    "ouvrir_litige",
    "retirer_du_contentieux",
    "utiliser_avoir",
]
