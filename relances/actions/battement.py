"""Un battement : balayer ce qui est resté, prévoir ce qui est dû, envoyer ce qui peut partir."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.envoi import Balayage, Horloge, balayer, vider
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport import Transport
from recouvrement.socle.temps import jour_de
from relances.actions.envoi import METIER
from relances.actions.planification import planifier

METIERS = {NatureEnvoi.RELANCE: METIER}
# Un battement rend la main avant le suivant ; ce qui reste partira alors.
DUREE = timedelta(seconds=50)


@dataclass(slots=True)
class BilanBattement:
    prevues: int = 0
    retirees: int = 0
    balayage: Balayage = field(default_factory=Balayage)
    envois: Counter = field(default_factory=Counter)

    def __str__(self) -> str:
        envois = ", ".join(
            f"{EtatEnvoi(e).label.lower()} : {n}" for e, n in sorted(self.envois.items())
        )
        return (
            f"{self.prevues} relances prévues, {self.retirees} retirées, "
            f"{self.balayage.rendus} reprises, {self.balayage.incertains} incertaines ; "
            f"envois : {envois or 'aucun'}"
        )


def battre(maintenant: datetime, *, horloge: Horloge | None = None) -> BilanBattement:
    """Tout un battement, dans ce processus. `horloge` : l'heure qui avance pendant les envois."""
    bilan = preparer(maintenant)
    bilan.envois.update(expedier(horloge or (lambda: maintenant)))
    return bilan


def preparer(maintenant: datetime) -> BilanBattement:
    """Balayer et prévoir : le travail d'un seul processus."""
    bilan = BilanBattement(balayage=balayer(maintenant, metiers=METIERS))
    au = jour_de(maintenant)
    for creancier in Creancier.objects.en_activite().order_by("pk"):
        prevu = planifier(creancier, au=au, maintenant=maintenant)
        bilan.prevues += len(prevu.creees)
        bilan.retirees += prevu.retirees
    return bilan


def expedier(horloge: Horloge) -> Counter:
    """Vider la boîte de départ : autant de processus que l'on veut le font ensemble."""
    fin = horloge() + DUREE
    if settings.SERVEUR_SMTP is None:
        return Counter(vider(horloge, transport=None, metiers=METIERS, jusqu_a=fin))
    with Transport(settings.SERVEUR_SMTP) as transport:
        return Counter(vider(horloge, transport=transport, metiers=METIERS, jusqu_a=fin))


def reste_a_envoyer(maintenant: datetime) -> int:
    return Envoi.objects.systeme().a_envoyer(maintenant=maintenant).count()
