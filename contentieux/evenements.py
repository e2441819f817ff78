from django.db import models


class Evenement(models.TextChoices):
    """Ce que le contentieux écrit au journal."""

    DOSSIER_OUVERT = "dossier_ouvert", "Dossier contentieux ouvert"
    DOSSIER_AVANCE = "dossier_avance", "Dossier : changement d'état"
    ETAPE_ANNULEE = "etape_annulee", "Dossier : étape annulée"
    DOSSIER_NOTE = "dossier_note", "Dossier : note"
    DOSSIER_FRAIS = "dossier_frais", "Dossier : dépense"
    DOSSIER_REQUETE = "dossier_requete", "Dossier : requête renseignée"
    DOSSIER_PIECES = "dossier_pieces", "Dossier : bordereau de pièces"
    DOSSIER_DOCUMENTS = "dossier_documents", "Dossier : documents préparés"
    DOSSIER_CLOS = "dossier_clos", "Dossier clos"
