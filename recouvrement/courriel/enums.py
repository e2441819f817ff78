from django.db import models


class EtatEnvoi(models.TextChoices):
    """Avant `data`, rien n'a pu partir ; après, rien n'est jamais renvoyé tout seul."""

    RETENU = "retenu", "Gardé (aucun serveur d'envoi)"
    A_ENVOYER = "a_envoyer", "À envoyer"
    RECLAME = "reclame", "En cours"
    DATA = "data", "En transmission"
    ENVOYE = "envoye", "Envoyé"
    ECHEC = "echec", "Refusé"
    INCERTAIN = "incertain", "Incertain"
    ANNULE = "annule", "Annulé"


ETATS_FINAUX = (EtatEnvoi.ENVOYE, EtatEnvoi.ECHEC, EtatEnvoi.ANNULE)


class NatureEnvoi(models.TextChoices):
    RELANCE = "relance", "Relance"
    INVITATION = "invitation", "Invitation"
    COMPTE = "compte", "Compte"
