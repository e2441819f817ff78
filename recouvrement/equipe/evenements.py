from django.db import models


class Evenement(models.TextChoices):
    """Ce que l'équipe écrit au journal."""

    CREANCIER_CREE = "creancier_cree", "Créancier créé"
    CREANCIER_MODIFIE = "creancier_modifie", "Paramètres modifiés"
    CREANCIER_ARCHIVE = "creancier_archive", "Créancier archivé"
    CREANCIER_ROUVERT = "creancier_rouvert", "Créancier rouvert"
    REGLEMENTS_CONFIRMES = "reglements_confirmes", "Règlements confirmés à jour"
    INVITATION_ENVOYEE = "invitation_envoyee", "Invitation envoyée"
    INVITATION_REVOQUEE = "invitation_revoquee", "Invitation révoquée"
    INVITATION_ACCEPTEE = "invitation_acceptee", "Invitation acceptée"
    ROLE_CHANGE = "role_change", "Rôle changé"
    HABILITATION_DONNEE = "habilitation_donnee", "Accès donné"
    HABILITATION_RETIREE = "habilitation_retiree", "Accès retiré"
    COMPTE_CREE = "compte_cree", "Compte créé"
    COMPTE_MODIFIE = "compte_modifie", "Compte modifié"
    COMPTE_DESACTIVE = "compte_desactive", "Compte désactivé"
    COMPTE_REACTIVE = "compte_reactive", "Compte réactivé"
    SESSIONS_FERMEES = "sessions_fermees", "Sessions fermées"
    MOT_DE_PASSE_CHANGE = "mot_de_passe_change", "Mot de passe changé"
    DOUBLE_AUTHENTIFICATION = "double_authentification", "Double authentification changée"
    LIEN_DONNE = "lien_donne", "Lien de mot de passe donné"
    EXPEDITEUR_DEMANDE = "expediteur_demande", "Vérification d'expéditeur demandée"
    EXPEDITEUR_VERIFIE = "expediteur_verifie", "Adresse d'expéditeur vérifiée"
    QUOTA_CHANGE = "quota_change", "Quota de courriels changé"
    LIEN_MONTRE = "lien_montre", "Lien personnel montré"
