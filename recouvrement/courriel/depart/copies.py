"""Les copies d'un message : ce que le serveur en refuse ne prive pas le destinataire."""

from collections.abc import Mapping
from datetime import datetime

from recouvrement.courriel.metier import Metier
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import Refus


def perdre_les_mortes(
    envoi: Envoi, metier: Metier, refusees: Mapping[str, Refus], maintenant: datetime
) -> bool:
    """Une boîte qui n'existe pas ne se copie plus ; un refus passager ne manque qu'à celui-ci."""
    mortes = {adresse: refus for adresse, refus in refusees.items() if refus.adresse_morte}
    for adresse, refus in mortes.items():
        metier.adresse_refusee(envoi, adresse, str(refus), maintenant=maintenant)
    return bool(mortes)
