"""Déposer un message : ses octets exacts et son identifiant, écrits avant tout départ."""

import hashlib
import hmac
from datetime import datetime
from email import message as courrier
from email import policy

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import ETATS_SANS_SUITE, EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.adresses import adresse_nue, une_adresse, une_ligne
from recouvrement.socle.erreurs import ErreurMetier


class CleDejaServie(ErreurMetier):
    message = "Ce message est déjà parti, ou ne partira plus : il en faut un autre."


# 7 bits : les octets signés et gardés sont ceux qui arrivent, quel que soit le relais.
POLITIQUE = policy.SMTP.clone(cte_type="7bit")


def identifiant(cle: str) -> str:
    """Le Message-ID, toujours le même pour la même clé : un doublon se reconnaît à l'arrivée."""
    empreinte = hmac.new(settings.SECRET_KEY.encode(), cle.encode(), hashlib.sha256)
    domaine = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{empreinte.hexdigest()[:40]}@{domaine}>"


def en_octets(message: EmailMessage | courrier.EmailMessage, *, message_id: str) -> bytes:
    """Le message comme il passera sur la ligne, sous notre identifiant et sans copie cachée."""
    try:
        if isinstance(message, EmailMessage):
            message = message.message(policy=POLITIQUE)
        for nom in ("Message-ID", "Bcc"):
            del message[nom]
        message["Message-ID"] = message_id
        return message.as_bytes(policy=POLITIQUE)
    except (ValueError, UnicodeError) as refus:
        raise ErreurMetier("Ce message ne peut pas s'écrire : un de ses en-têtes est faux.") from (
            refus
        )


@transaction.atomic
def deposer(
    *,
    creancier: Creancier | None,
    nature: NatureEnvoi,
    cle: str,
    destinataire: str,
    expediteur: str,
    sujet: str,
    message: EmailMessage | courrier.EmailMessage | None,
    pas_avant: datetime | None = None,
    maintenant: datetime | None = None,
) -> Envoi:
    """Écrit le message ; il part au prochain battement. La même clé rend l'envoi qui attend.

    Une clé qui a servi ne revient pas : déjà parti, refusé ou annulé, c'est un refus.

    Sans serveur d'envoi, il est gardé, visible. Sans heure donnée, celle de la base fait foi.
    `message` None : ses octets seront faits au départ, aux montants du jour.
    """
    envoi = Envoi(
        creancier=creancier,
        nature=nature,
        cle=cle,
        message_id=identifiant(cle),
        destinataire=une_adresse(destinataire),
        expediteur=une_adresse(adresse_nue(expediteur)),
        sujet=une_ligne(sujet, nom="L'objet"),
        pas_avant=pas_avant or maintenant or Now(),
    )
    if message is not None:
        envoi.octets = en_octets(message, message_id=envoi.message_id)
        envoi.empreinte = hashlib.sha256(envoi.octets).hexdigest()
        if settings.SERVEUR_SMTP is None:
            envoi.etat = EtatEnvoi.RETENU
    deja = Envoi.objects.systeme().filter(cle=cle).first()
    if deja is not None:
        if deja.etat in ETATS_SANS_SUITE:
            raise CleDejaServie
        return deja
    envoi.save()
    return envoi
