"""Combien d'essais à la porte d'un compte : assez pour se tromper, trop peu pour deviner.

Les étrangers n'enferment jamais la personne dehors : un appareil où elle est déjà entrée a ses
propres essais, et le lien de « mot de passe oublié » rend ce navigateur connu. Les essais sont en
base : un cache se vide, ou se fait vider.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.models import EssaiDeConnexion
from recouvrement.equipe.regles import attente_entre_essais

ESSAIS, QUART_D_HEURE = 5, timedelta(minutes=15)
ESSAIS_PAR_ADRESSE, HEURE = 20, timedelta(hours=1)
MEMOIRE = timedelta(days=1)
TEMOIN = "__Host-appareil" if settings.EN_HTTPS else "appareil"
DUREE_DU_TEMOIN = timedelta(days=180)
COMPTES_PAR_APPAREIL = 5
OUVERT_PAR_LIEN = "porte_ouverte"
SEL = "recouvrement.equipe.appareil"


@transaction.atomic
def laisser_essayer(
    *, courriel: str, ip: str, request: HttpRequest, maintenant: datetime
) -> EssaiDeConnexion | None:
    """Réserve un essai, avant de juger le mot de passe ; None : pas maintenant.

    Compte connu ou non, la réponse est la même. Le verrou sur le compte fait compter juste les
    essais simultanés.
    """
    compte = Utilisateur.objects.connus_sous(courriel).select_for_update(no_key=True).first()
    connu = compte is not None and _est_connu(request, compte)
    EssaiDeConnexion.objects.filter(a__lt=maintenant - MEMOIRE).delete()
    cle, origine = _sceau(courriel.lower()), _sceau(_reseau(ip))
    du_compte = EssaiDeConnexion.objects.filter(compte=cle, appareil_connu=connu)
    if connu:
        passe = du_compte.filter(a__gt=maintenant - QUART_D_HEURE).count() < ESSAIS
    else:
        passe = _un_etranger_peut(du_compte, origine, maintenant=maintenant)
    if not passe:
        return None
    return EssaiDeConnexion.objects.create(
        compte=cle, origine=origine, appareil_connu=connu, a=maintenant
    )


def _un_etranger_peut(
    du_compte: QuerySet[EssaiDeConnexion], origine: str, *, maintenant: datetime
) -> bool:
    ici = EssaiDeConnexion.objects.filter(origine=origine, appareil_connu=False)
    if ici.filter(a__gt=maintenant - HEURE).count() >= ESSAIS_PAR_ADRESSE:
        return False
    if du_compte.filter(origine=origine, a__gt=maintenant - QUART_D_HEURE).count() >= ESSAIS:
        return False
    recents = list(
        du_compte.filter(a__gt=maintenant - HEURE).order_by("-a").values_list("a", flat=True)
    )
    return not recents or maintenant >= recents[0] + attente_entre_essais(len(recents))


def oublier_les_essais(compte: Utilisateur, request: HttpRequest | None) -> None:
    """Le mot de passe vient d'être refait par le lien reçu : ce navigateur est le sien."""
    EssaiDeConnexion.objects.filter(compte=_sceau(compte.email)).delete()
    if request is not None:
        request.session[OUVERT_PAR_LIEN] = compte.pk


def reconnaitre(request: HttpRequest, response: HttpResponse, compte: Utilisateur) -> None:
    """Elle vient d'entrer par cet appareil : on s'en souviendra, jusqu'au prochain mot de passe."""
    connus = _connus(request)
    connus.pop(str(compte.pk), None)
    gardes = dict(list(connus.items())[1 - COMPTES_PAR_APPAREIL :])
    gardes[str(compte.pk)] = _marque(compte)
    response.set_cookie(
        TEMOIN,
        signing.dumps(gardes, salt=SEL),
        max_age=DUREE_DU_TEMOIN,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _est_connu(request: HttpRequest, compte: Utilisateur) -> bool:
    if request.session.get(OUVERT_PAR_LIEN) == compte.pk:
        return True
    marque = _connus(request).get(str(compte.pk), "")
    return hmac.compare_digest(str(marque), _marque(compte))


def _connus(request: HttpRequest) -> dict[str, str]:
    try:
        lus = signing.loads(request.COOKIES.get(TEMOIN, ""), salt=SEL, max_age=DUREE_DU_TEMOIN)
    except signing.BadSignature:
        return {}
    return lus if isinstance(lus, dict) else {}


def _marque(compte: Utilisateur) -> str:
    """Change avec le mot de passe : un témoin volé ne lui survit pas."""
    return compte.get_session_auth_hash()[:32]


def _reseau(ip: str) -> str:
    """Un abonné dispose d'un /64 entier : ses adresses IPv6 n'en font qu'une.

    Une IPv4 écrite en IPv6 reste elle-même : toutes tiennent dans le même /64.
    """
    adresse = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(adresse, ipaddress.IPv6Address):
        adresse = adresse.ipv4_mapped or adresse
    if adresse.version == 4:
        return str(adresse)
    return str(ipaddress.ip_network(f"{adresse}/64", strict=False))


def _sceau(texte: str) -> str:
    """Ni adresse ni courriel en clair : on compte, on ne fiche pas."""
    return hmac.new(settings.SECRET_KEY.encode(), texte.encode(), hashlib.sha256).hexdigest()
