"""Un message dû, mené à son terme : ce que le battement fait de chacun, pour un seul."""

from collections.abc import Mapping

from recouvrement.courriel.carnet import Carnet
from recouvrement.courriel.depart.envoi import Horloge, Points, conduire, reclamer_un, sans_point
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.metier import Metier
from recouvrement.courriel.transport.smtp import Transport


def expedier_un(
    horloge: Horloge,
    *,
    transport: Transport | None,
    metiers: Mapping[str, Metier],
    carnet: Carnet | None = None,
    points: Points = sans_point,
) -> EtatEnvoi | None:
    """L'état où il finit ; None : rien n'est dû."""
    envoi = reclamer_un(horloge())
    if envoi is None:
        return None
    return conduire(envoi, horloge, transport, metiers, carnet, points)
