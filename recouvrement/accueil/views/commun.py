"""Ce que la journée et le tableau disent tous deux en tête."""

from collections.abc import Collection

from django.http import HttpRequest

from recouvrement.comptes.acces import habilitations_de
from recouvrement.comptes.models import Creancier
from recouvrement.equipe.lectures import expediteurs


def expediteurs_a_regler(
    request: HttpRequest, creanciers: Collection[Creancier]
) -> list[Creancier]:
    """Parmi ceux que montre la page. Les habilitations sont déjà lues : aucune requête."""
    montres = {creancier.pk for creancier in creanciers}
    siens = [h for h in habilitations_de(request) if h.creancier_id in montres]
    return expediteurs.expediteurs_a_regler(siens)
