from django.db import models


class Evenement(models.TextChoices):
    """Ce que les relances écrivent au journal."""

    SCENARIO_PUBLIE = "scenario_publie", "Scénario publié"
    RELANCE_PLANIFIEE = "relance_planifiee", "Relance prévue"
    RELANCE_VALIDEE = "relance_validee", "Relance validée"
    RELANCE_RETOUCHEE = "relance_retouchee", "Relance retouchée"
    RELANCE_ENVOYEE = "relance_envoyee", "Relance envoyée"
    RELANCE_ANNULEE = "relance_annulee", "Relance annulée"
    RELANCE_NON_PARTIE = "relance_non_partie", "Relance non partie"
    RELANCE_INCERTAINE = "relance_incertaine", "Envoi incertain"
    RELANCE_TRANCHEE = "relance_tranchee", "Envoi incertain tranché"
    RELANCE_RENVOYEE = "relance_renvoyee", "Relance renvoyée"
    RELANCE_FAITE = "relance_faite", "Relance faite"
    APPEL_CONSIGNE = "appel_consigne", "Appel consigné"
    APPEL_ANNULE = "appel_annule", "Appel annulé"
    RAPPEL_CLOS = "rappel_clos", "Rappel clos"
    PROMESSE_FAITE = "promesse_faite", "Promesse de paiement"
    PROMESSE_TENUE = "promesse_tenue", "Promesse tenue"
    PROMESSE_ROMPUE = "promesse_rompue", "Promesse non tenue"
    PROMESSE_ANNULEE = "promesse_annulee", "Promesse annulée"
    COURRIER_PREPARE = "courrier_prepare", "Courrier préparé"
    COURRIER_POSTE = "courrier_poste", "Courrier posté"
    COURRIER_SUIVI = "courrier_suivi", "Suivi du recommandé"
    COURRIER_ANNULE = "courrier_annule", "Courrier annulé"
    MISE_EN_DEMEURE_PREPAREE = "mise_en_demeure_preparee", "Mise en demeure préparée"
