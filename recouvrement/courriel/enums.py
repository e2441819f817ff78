from enum import StrEnum

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


# Plus rien n'en partira de soi-même : ni ces octets, ni cette clé, ni ce Message-ID.
ETATS_SANS_SUITE = (
    EtatEnvoi.ENVOYE,
    EtatEnvoi.ECHEC,
    EtatEnvoi.ANNULE,
    EtatEnvoi.INCERTAIN,
)


class NatureEnvoi(models.TextChoices):
    RELANCE = "relance", "Relance"
    INVITATION = "invitation", "Invitation"
    COMPTE = "compte", "Compte"


class CauseRefus(models.TextChoices):
    """À qui tient un refus du serveur. Seule `adresse` dit que la boîte du client n'est pas."""

    ADRESSE = "adresse", "Adresse refusée"
    BOITE_PLEINE = "boite_pleine", "Boîte pleine"
    POLITIQUE = "politique", "Envoi refusé par principe (liste noire, quota, règle du serveur)"
    IDENTIFICATION = "identification", "Identification refusée par le serveur d'envoi"
    PASSAGER = "passager", "Panne passagère du serveur"
    INCONNU = "inconnu", "Refus sans raison reconnue"


class PartieBattement(models.TextChoices):
    PLANIFICATION = "planification", "Prévision des relances"
    BALAYAGE = "balayage", "Reprise des messages interrompus"
    ENVOI = "envoi", "Départ d'un message"
    SUITE = "suite", "Écriture des suites d'un départ"
    CARNET = "carnet", "Envois et journal des départs"
    TEMOIN = "temoin", "Lecture de la boîte témoin"


class Retenue(StrEnum):
    """Ce qui retient les envois de tous : le champ de l'instance qui dit depuis quand.

    Du plus haut au plus bas : le premier explique les suivants.
    """

    GEL = "gelee_le"
    HEURE = "heure_douteuse_le"
    COUPURE = "disjoncte_le"
    INJOIGNABLE = "injoignable_le"


# Rien ne se prend ; un serveur seulement injoignable s'essaie encore.
ARRETS = (Retenue.GEL, Retenue.HEURE, Retenue.COUPURE)
