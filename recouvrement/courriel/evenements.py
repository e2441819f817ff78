from django.db import models


class Evenement(models.TextChoices):
    """Ce que la boîte de départ écrit au journal."""

    INSTANCE_GELEE = "instance_gelee", "Envois de l'instance gelés"
    INSTANCE_DEGELEE = "instance_degelee", "Envois de l'instance rendus"
    CONNEXION_ESSAYEE = "connexion_essayee", "Connexion au serveur d'envoi essayée"
    ENVOIS_COUPES = "envois_coupes", "Envois coupés : le serveur refuse"
    ENVOIS_RETABLIS = "envois_retablis", "Envois rétablis"
    HEURE_DOUTEUSE = "heure_douteuse", "Heure douteuse : envois suspendus"
    HEURE_SURE = "heure_sure", "Heure de nouveau sûre"
    PANNE_OUVERTE = "panne_ouverte", "Panne du battement"
    PANNE_CLOSE = "panne_close", "Panne du battement finie"
    ENVOI_MIS_DE_COTE = "envoi_mis_de_cote", "Message mis de côté"
    ENVOI_RAPPROCHE = "envoi_rapproche", "Message déjà au journal des départs"
    ENVOI_CONFIRME = "envoi_confirme", "Arrivée confirmée par la copie témoin"
