from django.db import models


class Evenement(models.TextChoices):
    """Ce que l'app factures écrit au journal."""

    FACTURE_ENREGISTREE = "facture_enregistree", "Facture enregistrée"
    FACTURE_MODIFIEE = "facture_modifiee", "Facture modifiée"
    FACTURE_IMPORTEE = "facture_importee", "Facture importée"
    FACTURE_MISE_A_JOUR = "facture_mise_a_jour", "Facture mise à jour par import"
    REGLEMENT_ENREGISTRE = "reglement_enregistre", "Règlement enregistré"
    REGLEMENT_IMPUTE = "reglement_impute", "Règlement imputé"
    REGLEMENT_ANNULE = "reglement_annule", "Règlement annulé"
    REGLEMENT_RETIRE = "reglement_retire", "Règlement annulé : la somme est de nouveau due"
    AVOIR_UTILISE = "avoir_utilise", "Avoir utilisé"
    LITIGE_OUVERT = "litige_ouvert", "Litige ouvert"
    LITIGE_CLOS = "litige_clos", "Litige clos"
    CONTENTIEUX_ENTREE = "contentieux_entree", "Confiée au contentieux"
    CONTENTIEUX_SORTIE = "contentieux_sortie", "Retirée du contentieux"
    PIECE_DEPOSEE = "piece_deposee", "Pièce déposée"
    IMPORT_DEPOSE = "import_depose", "Fichiers à importer déposés"
    IMPORT_VALIDE = "import_valide", "Import enregistré"
    IMPORT_ABANDONNE = "import_abandonne", "Import abandonné"
    CLIENT_IMPORTE = "client_importe", "Client créé par un import"
