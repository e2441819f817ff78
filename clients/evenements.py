from django.db import models


class Evenement(models.TextChoices):
    """Ce que les clients écrivent au journal."""

    CLIENT_CREE = "client_cree", "Client créé"
    CLIENT_MODIFIE = "client_modifie", "Client modifié"
    NATURE_ETABLIE = "nature_etablie", "Nature du client établie"
    ADRESSE_MARQUEE = "adresse_marquee", "Adresse postale écartée ou confirmée"
    CONTACT_AJOUTE = "contact_ajoute", "Contact ajouté"
    CONTACT_MODIFIE = "contact_modifie", "Contact modifié"
    CONTACT_RETIRE = "contact_retire", "Contact retiré"
    COORDONNEE_AJOUTEE = "coordonnee_ajoutee", "Coordonnée ajoutée"
    COORDONNEE_MARQUEE = "coordonnee_marquee", "Coordonnée vérifiée ou écartée"
    COORDONNEE_RETIREE = "coordonnee_retiree", "Coordonnée retirée"
    RELANCES_SUSPENDUES = "relances_suspendues", "Relances suspendues"
    RELANCES_REPRISES = "relances_reprises", "Relances reprises"
    NOTE_ECRITE = "note_ecrite", "Note écrite"
    NOTE_RANGEE = "note_rangee", "Note rangée"
    CLIENT_FUSIONNE = "client_fusionne", "Client fusionné dans un autre"
    CLIENT_SEPARE = "client_separe", "Client séparé d'un autre"
    CLIENT_ABSORBE = "client_absorbe", "Client enrichi par fusion"
