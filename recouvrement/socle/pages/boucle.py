"""Une requête vient-elle de la machine elle-même ?"""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

RELAIS = (
    *("Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto"),
    *("X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server"),
)


def est_en_boucle(hote: str) -> bool:
    """« localhost », « 127.0.0.1:8000 », « [::1] ».

    >>> [est_en_boucle(h) for h in ("localhost:8000", "[::1]", "127.0.0.1", "exemple.fr", "")]
    [True, True, True, False, False]
    """
    nom = split_domain_port(hote)[0].strip("[]") or hote
    if nom == "localhost":
        return True
    try:
        return ipaddress.ip_address(nom).is_loopback
    except ValueError:
        return False


def est_relayee(request: HttpRequest) -> bool:
    """Derrière un mandataire, tout le monde paraît venir de cette machine."""
    return any(nom in request.headers for nom in RELAIS)


def vient_du_poste(request: HttpRequest) -> bool:
    """Le pair est cette machine, sans mandataire entre eux ; le nom demandé n'y fait rien."""
    return est_en_boucle(request.META.get("REMOTE_ADDR", "")) and not est_relayee(request)


def vient_de_la_boucle_locale(request: HttpRequest) -> bool:
    """L'hôte demandé se falsifie : il faut aussi le pair, et un site réglé pour cette machine."""
    return (
        est_en_boucle(urlsplit(settings.SITE_URL).netloc)
        and est_en_boucle(request.get_host())
        and vient_du_poste(request)
    )
