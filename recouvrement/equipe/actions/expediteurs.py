"""Prouver l'adresse d'expéditeur d'un créancier : qui la lit peut seul y faire partir."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest
from django.template.loader import render_to_string
from django.urls import reverse

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.enums import NatureEnvoi
from recouvrement.equipe.actions.avis import ecrire_de_la_plateforme
from recouvrement.equipe.actions.creanciers import verrouiller
from recouvrement.equipe.erreurs import ExpediteurRefuse, VerificationClose
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.models import VerificationExpediteur, empreinte
from recouvrement.equipe.regles import exiger_le_meme_monde
from recouvrement.journal.actions import inscrire

DUREE = timedelta(hours=72)
# L'adresse peut être celle d'un tiers qui n'a rien demandé : on ne lui écrit pas sans fin.
DEMANDES_PAR_JOUR = 5


@transaction.atomic
def demander_la_preuve(
    creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime
) -> VerificationExpediteur:
    """Écrit à l'adresse d'expéditeur réglée ; un lien plus ancien cesse de valoir.

    Le message part de l'adresse de la plateforme : jamais de celle qu'il s'agit de prouver.
    """
    creancier = verrouiller(creancier)
    if not creancier.courriel_expediteur:
        raise ExpediteurRefuse("Réglez d'abord l'adresse d'expéditeur.")
    if creancier.expediteur_est_verifie:
        raise ExpediteurRefuse("Cette adresse est déjà vérifiée.")
    siennes = VerificationExpediteur.objects.pour(creancier)
    if siennes.filter(demandee_le__gt=maintenant - timedelta(days=1)).count() >= DEMANDES_PAR_JOUR:
        raise ExpediteurRefuse(
            f"{DEMANDES_PAR_JOUR} messages de vérification sont partis en vingt-quatre heures : "
            "attendez demain."
        )
    # Demandée à une horloge qui a reculé depuis, elle n'expire pas avant d'être née.
    siennes.filter(confirmee_le=None, expire_le__gt=maintenant).update(
        expire_le=Greatest("demandee_le", Value(maintenant, DateTimeField()))
    )
    jeton = secrets.token_urlsafe(32)
    verification = VerificationExpediteur.objects.create(
        creancier=creancier,
        adresse=creancier.courriel_expediteur,
        empreinte_jeton=empreinte(jeton),
        demandee_par=acteur,
        demandee_le=maintenant,
        expire_le=maintenant + DUREE,
    )
    _deposer(verification, jeton=jeton, maintenant=maintenant)
    inscrire(
        Evenement.EXPEDITEUR_DEMANDE,
        cible=verification,
        acteur=acteur,
        adresse=verification.adresse,
    )
    return verification


@transaction.atomic
def confirmer_l_expediteur(
    verification: VerificationExpediteur, *, par: Utilisateur | None, maintenant: datetime
) -> Creancier:
    """Qui a ouvert le lien lit cette boîte : les relances peuvent en partir."""
    creancier = verrouiller(Creancier(pk=verification.creancier_id))
    verification = VerificationExpediteur.objects.pour(creancier).get(pk=verification.pk)
    if not verification.est_ouverte(maintenant=maintenant):
        raise VerificationClose
    if creancier.courriel_expediteur != verification.adresse:
        raise VerificationClose(
            "Ce créancier a réglé une autre adresse d'expéditeur depuis ce message."
        )
    verification.confirmee_le, verification.confirmee_par = maintenant, par
    verification.save(update_fields=["confirmee_le", "confirmee_par"])
    creancier.courriel_verifie = verification.adresse
    creancier.courriel_verifie_le = maintenant
    creancier.save(update_fields=["courriel_verifie", "courriel_verifie_le"])
    inscrire(
        Evenement.EXPEDITEUR_VERIFIE, cible=verification, acteur=par, adresse=verification.adresse
    )
    return creancier


@transaction.atomic
def ouvrir_les_envois(
    creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime
) -> Creancier:
    """La mise en service : ce qui attendait part à son heure ; deux clics n'en font qu'un."""
    creancier = _verrouiller_chez_soi(creancier, acteur)
    if creancier.envois_ouverts_le is None:
        creancier.envois_ouverts_le, creancier.envois_ouverts_par = maintenant, acteur
        _inscrire_l_ouverture(Evenement.ENVOIS_OUVERTS, creancier, acteur)
    return creancier


@transaction.atomic
def refermer_les_envois(creancier: Creancier, *, acteur: Utilisateur) -> Creancier:
    creancier = _verrouiller_chez_soi(creancier, acteur)
    if creancier.envois_ouverts_le is not None:
        creancier.envois_ouverts_le = creancier.envois_ouverts_par = None
        _inscrire_l_ouverture(Evenement.ENVOIS_REFERMES, creancier, acteur)
    return creancier


def _verrouiller_chez_soi(creancier: Creancier, acteur: Utilisateur) -> Creancier:
    exiger_le_meme_monde(acteur, chez_la_demonstration=creancier.est_demonstration)
    return verrouiller(creancier)


def _inscrire_l_ouverture(evenement: Evenement, creancier: Creancier, acteur: Utilisateur) -> None:
    creancier.save(update_fields=["envois_ouverts_le", "envois_ouverts_par"])
    inscrire(evenement, cible=creancier, acteur=acteur)


@transaction.atomic
def changer_le_quota(creancier: Creancier, *, quota: int, acteur: Utilisateur) -> Creancier:
    creancier = verrouiller(creancier)
    exiger_le_meme_monde(acteur, chez_la_demonstration=creancier.est_demonstration)
    avant, creancier.quota_quotidien = creancier.quota_quotidien, quota
    if avant != quota:
        creancier.save(update_fields=["quota_quotidien"])
        inscrire(Evenement.QUOTA_CHANGE, cible=creancier, acteur=acteur, avant=avant, apres=quota)
    return creancier


def _deposer(verification: VerificationExpediteur, *, jeton: str, maintenant: datetime) -> None:
    sujet = "Vérifier votre adresse d'expéditeur"
    corps = render_to_string(
        "equipe/courriels/expediteur.txt",
        {
            "verification": verification,
            "creancier": verification.creancier,
            "adresse": f"{settings.SITE_URL}{reverse('equipe:expediteur', args=[jeton])}",
        },
    )
    ecrire_de_la_plateforme(
        verification.adresse,
        sujet=sujet,
        corps=corps,
        nature=NatureEnvoi.COMPTE,
        cle=verification.cle_envoi,
        maintenant=maintenant,
    )
