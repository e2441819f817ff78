"""Un battement : balayer ce qui est resté, prévoir ce qui est dû, envoyer ce qui peut partir.

Chaque partie est cloisonnée : ce qui échoue chez un créancier ou pour un message s'écrit, se
montre, et n'arrête ni les autres ni la suite.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions import heure
from recouvrement.courriel.actions.instance import (
    lire_instance,
    noter_battement,
    noter_battement_manque,
)
from recouvrement.courriel.actions.pannes import cloison, phrase
from recouvrement.courriel.depart import disjoncteur
from recouvrement.courriel.depart.balayage import Balayage, balayer
from recouvrement.courriel.depart.controle import carnet_pret
from recouvrement.courriel.depart.envoi import Horloge, vider
from recouvrement.courriel.depart.temoin import confirmer_incertains
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi, PartieBattement
from recouvrement.courriel.metier import Metier
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import Transport
from recouvrement.socle.temps import jour_de
from relances.actions.envoi import METIER
from relances.actions.planification import planifier

METIERS: dict[str, Metier] = {NatureEnvoi.RELANCE: METIER}
# Un battement rend la main avant le suivant ; ce qui reste partira alors.
DUREE = timedelta(seconds=50)


@dataclass(slots=True)
class BilanBattement:
    prevues: int = 0
    retirees: int = 0
    confirmees: int = 0
    balayage: Balayage = field(default_factory=Balayage)
    envois: Counter[str] = field(default_factory=Counter)
    echecs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        envois = ", ".join(
            f"{EtatEnvoi(e).label.lower()} : {n}" for e, n in sorted(self.envois.items())
        )
        dit = (
            f"{self.prevues} relances prévues, {self.retirees} retirées, "
            f"{self.balayage.rendus} reprises, {self.balayage.incertains} incertaines ; "
            f"envois : {envois or 'aucun'}"
        )
        return "\n".join([dit, *self.echecs])


def battre(maintenant: datetime, *, horloge: Horloge | None = None) -> BilanBattement:
    """Tout un battement, dans ce processus. `horloge` : l'heure qui avance pendant les envois."""
    bilan = preparer(maintenant)
    with cloison(PartieBattement.CARNET, maintenant=maintenant, echecs=bilan.echecs):
        bilan.envois.update(expedier(horloge or (lambda: maintenant)))
    noter_battement(maintenant, echec=" ; ".join(bilan.echecs))
    return bilan


def sonner(*, envoyer: bool) -> BilanBattement:
    """Ce que sonne l'horloge, à l'heure de la base. Une heure douteuse suspend tout.

    Quoi qu'il arrive, le battement laisse une trace : sa réussite, ou ce qui a manqué.
    """
    repere, poste = heure.relever()
    if doute := heure.controler(repere, poste=poste):
        noter_battement_manque(repere.heure, echec=doute)
        return BilanBattement(echecs=[doute])
    try:
        if envoyer:
            return battre(repere.heure, horloge=heure.HorlogeDeLaBase())
        bilan = preparer(repere.heure)
    except Exception as faute:
        noter_battement_manque(repere.heure, echec=phrase(faute))
        raise
    noter_battement(repere.heure, echec=" ; ".join(bilan.echecs))
    return bilan


def preparer(maintenant: datetime) -> BilanBattement:
    """Balayer et prévoir : le travail d'un seul processus."""
    bilan = BilanBattement()
    with cloison(PartieBattement.BALAYAGE, maintenant=maintenant, echecs=bilan.echecs):
        bilan.balayage = balayer(maintenant, metiers=METIERS, echecs=bilan.echecs)
    with cloison(PartieBattement.TEMOIN, maintenant=maintenant, echecs=bilan.echecs):
        bilan.confirmees = confirmer_incertains(maintenant, metiers=METIERS)
    au = jour_de(maintenant)
    for creancier in Creancier.objects.en_activite().order_by("pk"):
        with cloison(
            PartieBattement.PLANIFICATION,
            maintenant=maintenant,
            echecs=bilan.echecs,
            creancier=creancier,
        ):
            prevu = planifier(creancier, au=au, maintenant=maintenant)
            bilan.prevues += len(prevu.creees)
            bilan.retirees += prevu.retirees
    return bilan


def expedier(horloge: Horloge) -> Counter[str]:
    """Vider la boîte de départ : autant de processus que l'on veut le font ensemble.

    `CarnetFerme` remonte : sans lui, rien ne part.
    """
    fin = horloge() + DUREE
    if settings.SERVEUR_SMTP is None:
        return Counter(vider(horloge, transport=None, metiers=METIERS, jusqu_a=fin))
    carnet = carnet_pret(horloge(), metiers=METIERS)
    if carnet is None:
        return Counter()
    with carnet, Transport(settings.SERVEUR_SMTP, temoin=settings.COPIE_TEMOIN) as transport:
        if lire_instance().disjoncte_le is not None:
            disjoncteur.eprouver(transport, maintenant=horloge())
        return Counter(
            vider(horloge, transport=transport, metiers=METIERS, carnet=carnet, jusqu_a=fin)
        )


def expedier_a_part() -> BilanBattement:
    """Un ouvrier de plus, réveillé par le battement ; ce qui lui manque se dit aussi."""
    horloge, bilan = heure.HorlogeDeLaBase(), BilanBattement()
    maintenant = horloge()
    with cloison(PartieBattement.CARNET, maintenant=maintenant, echecs=bilan.echecs):
        bilan.envois.update(expedier(horloge))
    if bilan.echecs:
        noter_battement_manque(maintenant, echec=" ; ".join(bilan.echecs))
    return bilan


def reste_a_envoyer(maintenant: datetime) -> int:
    return Envoi.objects.systeme().a_envoyer(maintenant=maintenant).pouvant_partir().count()


def a_eprouver() -> bool:
    """Les envois sont coupés : il faut un ouvrier pour essayer le serveur."""
    return lire_instance().disjoncte_le is not None
