from django.db import models


class NatureFacture(models.TextChoices):
    FACTURE = "facture", "Facture"
    ACOMPTE = "acompte", "Facture d'acompte"
    AVOIR = "avoir", "Avoir"


class Moyen(models.TextChoices):
    VIREMENT = "virement", "Virement"
    CHEQUE = "cheque", "Chèque"
    CARTE = "carte", "Carte"
    PRELEVEMENT = "prelevement", "Prélèvement"
    ESPECES = "especes", "Espèces"
    COMPENSATION = "compensation", "Compensation"
    AVOIR = "avoir", "Avoir imputé"
    DEJA_VERSE = "deja_verse", "Déjà versé à l'émission"


class NaturePiece(models.TextChoices):
    FACTURE = "facture", "Facture"
    CONTRAT = "contrat", "Contrat"
    DEVIS = "devis", "Devis signé"
    COMMANDE = "commande", "Bon de commande"
    LIVRAISON = "livraison", "Bon de livraison"
    CGV = "cgv", "Conditions générales"
    ECHANGE = "echange", "Échange"
    AVIS = "avis", "Avis de réception"
    PREUVE_DEPOT = "preuve_depot", "Preuve de dépôt"
    AUTRE = "autre", "Autre"


class MotifLitige(models.TextChoices):
    QUALITE = "qualite", "Qualité ou malfaçon"
    LIVRAISON = "livraison", "Livraison absente ou incomplète"
    PRIX = "prix", "Prix ou quantité"
    DEJA_PAYE = "deja_paye", "Dit avoir payé"
    ADMINISTRATIF = "administratif", "Facture erronée ou non reçue"
    AUTRE = "autre", "Autre"


class IssueLitige(models.TextChoices):
    FONDE = "fonde", "Fondé : avoir ou remise"
    INFONDE = "infonde", "Infondé : la facture est due"
    ACCORD = "accord", "Accord trouvé"


class EtatImport(models.TextChoices):
    APERCU = "apercu", "À vérifier"
    VALIDE = "valide", "Importé"
    ABANDONNE = "abandonne", "Abandonné"


class SortLigne(models.TextChoices):
    """Ce que l'import fera, ou a fait, d'une ligne."""

    CREEE = "creee", "Créée"
    MISE_A_JOUR = "maj", "Mise à jour"
    INCHANGEE = "inchangee", "Inchangée"
    REFUSEE = "refusee", "Refusée"
