"""Qui entre, qui essaie, qui sort, et ce qui sort avec : constaté, une écriture chaque fois."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.core.cache import cache

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.equipe.evenements import Evenement
from recouvrement.journal.actions import inscrire

# Au-delà, dans l'heure, un échec ne s'inscrit plus qu'aux dizaines, centaines, milliers : un
# inconnu qui insiste ne remplit pas le journal, et son insistance s'y lit.
PAR_COMPTE, INCONNUS = 20, 60
HEURE = 3600


def constater_la_connexion(compte: Utilisateur, *, depuis: str) -> None:
    inscrire(Evenement.CONNEXION, cible=compte, acteur=compte, depuis=depuis)


def constater_la_deconnexion(compte: Utilisateur) -> None:
    inscrire(Evenement.DECONNEXION, cible=compte, acteur=compte)


def constater_le_refus(courriel: str, *, depuis: str) -> None:
    """Rien de ce qui a été tapé n'est gardé en clair : l'adresse inconnue n'est qu'un condensé.

    On y tape parfois son mot de passe ; et celle d'une personne n'est pas à nous.
    """
    compte = Utilisateur.objects.connus_sous(courriel).first()
    essais = _compter(f"connexions-refusees:{compte.pk if compte else 'inconnus'}")
    if essais > (PAR_COMPTE if compte else INCONNUS) and not _est_rond(essais):
        return
    faits: dict[str, Any] = {"depuis": depuis, "essais_dans_l_heure": essais}
    if compte is None:
        faits["adresse_condensee"] = _condenser(courriel)
    inscrire(Evenement.CONNEXION_REFUSEE, cible=compte or lire_instance(), acteur=None, **faits)


def constater_la_sortie(
    *, creancier: Creancier | None, acteur: Utilisateur | None, **faits: Any
) -> None:
    """Un export, une pièce ou un document donné à quelqu'un."""
    inscrire(
        Evenement.FICHIER_SORTI,
        cible=creancier or acteur or lire_instance(),
        creancier=creancier,
        acteur=acteur,
        **faits,
    )


def _compter(cle: str) -> int:
    cache.add(cle, 0, HEURE)
    try:
        return cache.incr(cle)
    except ValueError:
        # Échu entre les deux : le premier de son heure.
        return 1


def _est_rond(nombre: int) -> bool:
    return str(nombre).rstrip("0") == "1"


def _condenser(adresse: str) -> str:
    cle = settings.SECRET_KEY.encode()
    return hmac.new(cle, adresse.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]
