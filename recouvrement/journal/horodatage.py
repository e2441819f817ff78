"""Faire dater les ancres par un tiers (RFC 3161), si un serveur est réglé.

Un horodatage ordinaire est recevable ; seul un horodatage qualifié fait présumer la date (règlement
eIDAS, art. 41). On n'annonce donc jamais plus que ce que le serveur choisi vaut.
"""

import logging
import os
import urllib.request
from datetime import datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from recouvrement.journal.ancres import Ancre, fichier, ligne_de
from recouvrement.journal.models import Ancrage

DELAI = 10
PLAFOND = 1024 * 1024
# Une longue panne se rattrape par nuits, sans retenir le battement.
PAR_NUIT = 40
ACCEPTE = 0
journal = logging.getLogger(__name__)


class HorodatageRefuse(RuntimeError):
    """Ce que le serveur a rendu n'est pas le jeton demandé."""


def horodater_ce_qui_attend(maintenant: datetime) -> int:
    """Les ancres encore sans jeton ; un serveur muet se dit, et se réessaie la nuit suivante."""
    if not settings.HORODATAGE_URL:
        return 0
    obtenus = 0
    for ancrage in Ancrage.objects.filter(horodate_le=None).order_by("numero")[:PAR_NUIT]:
        try:
            _horodater(ancrage)
        except (OSError, ValueError, HorodatageRefuse) as panne:
            journal.warning("L'ancre %s n'est pas horodatée : %s", ancrage.numero, panne)
            Ancrage.objects.filter(pk=ancrage.pk).update(
                echec=f"{type(panne).__name__} : {panne}"[:250]
            )
            break
        Ancrage.objects.filter(pk=ancrage.pk).update(horodate_le=maintenant, echec="")
        obtenus += 1
    return obtenus


def fautes_d_horodatage(ancres: list[Ancre]) -> list[str]:
    """Les jetons qui ne disent plus la ligne qu'ils datent."""
    lignes = {ancre.numero: ancre.empreinte for ancre in ancres}
    racines = _racines()
    phrases = []
    for ancrage in Ancrage.objects.exclude(horodate_le=None).order_by("numero"):
        nom = f"Le jeton d'horodatage n° {ancrage.numero}"
        try:
            reponse = decode_timestamp_response(_jeton(ancrage.numero).read_bytes())
            _verifier(reponse, bytes.fromhex(lignes.get(ancrage.numero, "")), racines)
        except FileNotFoundError:
            phrases.append(f"{nom} n'est plus là.")
        except (OSError, ValueError, HorodatageRefuse, VerificationError):
            phrases.append(f"{nom} ne date pas cette ancre, ou n'est plus lisible.")
    return phrases


def _horodater(ancrage: Ancrage) -> None:
    demande = TimestampRequestBuilder().data(ligne_de(ancrage)).hash_algorithm(HashAlgorithm.SHA256)
    envoyee = demande.build()
    requete = urllib.request.Request(  # noqa: S310 : http ou https, vérifié au démarrage
        settings.HORODATAGE_URL,
        data=envoyee.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    with urllib.request.urlopen(requete, timeout=DELAI) as reponse:  # noqa: S310
        octets = reponse.read(PLAFOND)
    jeton = decode_timestamp_response(octets)
    _verifier(jeton, bytes.fromhex(ancrage.empreinte), _racines())
    if jeton.tst_info.nonce != envoyee.nonce:
        raise HorodatageRefuse("Cette réponse est celle d'une autre demande.")
    chemin = _jeton(ancrage.numero)
    with os.fdopen(os.open(chemin, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sortie:
        sortie.write(octets)
        sortie.flush()
        os.fsync(sortie.fileno())


def _verifier(jeton: TimeStampResponse, resume: bytes, racines: list[x509.Certificate]) -> None:
    """Sans certificat racine réglé, l'empreinte seule ; avec, la signature aussi."""
    if jeton.status != ACCEPTE:
        raise HorodatageRefuse(f"Le serveur a refusé (état {jeton.status}).")
    if jeton.tst_info.message_imprint.message != resume:
        raise HorodatageRefuse("Ce jeton date autre chose.")
    if racines:
        constructeur = VerifierBuilder()
        for racine in racines:
            constructeur = constructeur.add_root_certificate(racine)
        try:
            constructeur.build().verify(jeton, resume)
        except VerificationError as faute:
            raise HorodatageRefuse(f"La signature ne se vérifie pas : {faute}") from faute


def _racines() -> list[x509.Certificate]:
    if not settings.HORODATAGE_RACINES:
        return []
    return x509.load_pem_x509_certificates(Path(settings.HORODATAGE_RACINES).read_bytes())


def _jeton(numero: int) -> Path:
    return fichier().parent / f"{numero}.tsr"
