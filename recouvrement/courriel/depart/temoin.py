"""Lever les incertains : ce dont la copie témoin est arrivée était bien parti.

Une copie absente ne prouve rien : le message reste incertain, une personne tranche.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.metier import DEJA_COMPOSE, Metier
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.imap import Boite
from recouvrement.journal.actions import inscrire

DEPUIS = timedelta(days=7)
PAR_FOIS = 50
CONFIRME = "Arrivée confirmée par la copie témoin"


def confirmer_incertains(maintenant: datetime, *, metiers: Mapping[str, Metier]) -> int:
    """Combien ont été confirmés ; 0 sans boîte témoin. `BoiteFermee` si elle ne se lit pas."""
    if settings.BOITE_TEMOIN is None:
        return 0
    copies = [nature for nature, metier in metiers.items() if metier.se_copie_au_temoin]
    incertains = list(
        Envoi.objects.systeme()
        .filter(etat=EtatEnvoi.INCERTAIN, nature__in=copies, data_a__gte=maintenant - DEPUIS)
        .select_related("creancier")
        .defer("octets")
        .order_by("-pk")[:PAR_FOIS]
    )
    if not incertains:
        return 0
    with Boite(settings.BOITE_TEMOIN) as boite:
        arrives = [envoi for envoi in incertains if boite.contient(envoi.message_id)]
    return sum(_confirmer(envoi, metiers, maintenant=maintenant) for envoi in arrives)


@transaction.atomic
def _confirmer(envoi: Envoi, metiers: Mapping[str, Metier], *, maintenant: datetime) -> bool:
    metier = metiers.get(envoi.nature, DEJA_COMPOSE)
    metier.verrouiller(envoi)
    touche = (
        Envoi.objects.systeme()
        .filter(pk=envoi.pk, etat=EtatEnvoi.INCERTAIN)
        .update(etat=EtatEnvoi.ENVOYE, fini_a=maintenant, reponse=CONFIRME)
    )
    if touche:
        metier.confirme(envoi, CONFIRME, maintenant=maintenant)
        inscrire(Evenement.ENVOI_CONFIRME, cible=envoi, acteur=None, message_id=envoi.message_id)
    return bool(touche)
