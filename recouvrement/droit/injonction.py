"""Les délais de l'injonction de payer (CPC, art. 1411 à 1423 et 1425 ; décret n° 2026-96).

Trois régimes, selon la date de l'ordonnance, jamais celle du jour :

- avant le 01/03/2022 : signifiée dans les six mois ; la formule exécutoire se demandait dans le
  mois suivant l'expiration du délai d'opposition, sans quoi l'ordonnance est non avenue (ancien
  art. 1423) ; pas d'exécution sans elle ;
- du 01/03/2022 au 31/08/2026 : six mois ; formule apposée d'emblée ; exécution à l'expiration du
  mois d'opposition ;
- à compter du 01/09/2026 : trois mois ; exécution deux mois après la signification, si le greffe
  n'a avisé d'aucune opposition.

Signifiée trop tard, l'ordonnance est non avenue (1411) : rien ne s'exécute.

>>> signifier(date(2026, 8, 31)).a_tenir, signifier(date(2026, 9, 1)).a_tenir
(datetime.date(2027, 2, 28), datetime.date(2026, 12, 1))
>>> opposition(date(2026, 10, 15)).a_attendre
datetime.date(2026, 11, 16)
>>> execution(date(2026, 9, 10), signifiee_le=date(2026, 10, 15)).apres
datetime.date(2026, 12, 15)
>>> execution(date(2026, 9, 10), signifiee_le=date(2026, 12, 11)).apres
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from recouvrement.droit.delais import Delai, Distance, delai
from recouvrement.droit.feries import Zone
from recouvrement.droit.sources import Confiance, la_moins_sure

FORMULE_D_EMBLEE = date(2022, 3, 1)
REFORME = date(2026, 9, 1)
MOIS_D_OPPOSITION = 1
MOIS_SANS_AVIS = 2
JOURS_CONSIGNATION = 15
JOURS_AVOCAT = 15


class RegimeOrdonnance(Enum):
    """Les mois pour signifier, et la certitude du régime."""

    FORMULE_A_DEMANDER = (6, Confiance.VU_TIERS)
    FORMULE_D_EMBLEE = (6, Confiance.VU)
    REFORME = (3, Confiance.VU)

    def __init__(self, mois_pour_signifier: int, confiance: Confiance) -> None:
        self.mois_pour_signifier = mois_pour_signifier
        self.confiance = confiance


@dataclass(frozen=True, slots=True)
class Execution:
    """Le jour après lequel l'ordonnance s'exécute ; None : elle ne s'exécute pas, et pourquoi."""

    apres: date | None
    motif: str
    confiance: Confiance
    non_avenue: bool = False


def regime_de_l_ordonnance(ordonnance_du: date) -> RegimeOrdonnance:
    """Le régime de cette ordonnance.

    >>> regime_de_l_ordonnance(date(2022, 2, 28)).name, regime_de_l_ordonnance(REFORME).name
    ('FORMULE_A_DEMANDER', 'REFORME')
    """
    if ordonnance_du < FORMULE_D_EMBLEE:
        return RegimeOrdonnance.FORMULE_A_DEMANDER
    return (
        RegimeOrdonnance.FORMULE_D_EMBLEE if ordonnance_du < REFORME else RegimeOrdonnance.REFORME
    )


def signifier(ordonnance_du: date, *, zone: Zone = Zone.METROPOLE) -> Delai:
    """Le délai pour signifier (1411) ; s'y tenir sans la prorogation."""
    regime = regime_de_l_ordonnance(ordonnance_du)
    return delai(
        ordonnance_du, mois=regime.mois_pour_signifier, zone=zone, confiance=regime.confiance
    )


def opposition(
    signifiee_le: date,
    *,
    zone: Zone = Zone.METROPOLE,
    distance: Distance = Distance.AUCUNE,
) -> Delai:
    """Le mois d'opposition du débiteur (1416), prorogé et augmenté s'il demeure loin (642, 643).

    Si l'acte n'a pas été remis à personne, ce délai repart du premier acte à personne ou de la
    première mesure rendant ses biens indisponibles : donner alors cette date.
    """
    return delai(signifiee_le, mois=MOIS_D_OPPOSITION, zone=zone, distance=distance)


def demander_la_formule(signifiee_le: date, *, distance: Distance = Distance.AUCUNE) -> Delai:
    """Avant 2022 : un mois après l'expiration du délai d'opposition (ancien art. 1423).

    Deux délais en mois qui se suivent se comptent d'un trait (Cass. 2e civ., 25/03/2021).
    """
    mois = MOIS_D_OPPOSITION + 1
    return delai(signifiee_le, mois=mois, distance=distance, confiance=Confiance.LECTURE)


def execution(
    ordonnance_du: date,
    *,
    signifiee_le: date | None,
    opposition_le: date | None = None,
    formule_le: date | None = None,
    zone: Zone = Zone.METROPOLE,
    distance: Distance = Distance.AUCUNE,
) -> Execution:
    """Quand l'ordonnance s'exécute, ou pourquoi elle ne s'exécute pas (1411, 1422, ancien 1423).

    `opposition_le` : l'opposition, ou l'avis qu'en donne le greffe. `formule_le` : la formule
    exécutoire apposée, que seules demandent les ordonnances d'avant le 01/03/2022.
    """
    regime = regime_de_l_ordonnance(ordonnance_du)
    if signifiee_le is None:
        return Execution(None, "pas encore signifiée", regime.confiance)
    if signifiee_le > signifier(ordonnance_du, zone=zone).a_attendre:
        mois = regime.mois_pour_signifier
        return Execution(
            None,
            f"ordonnance non avenue : signifiée plus de {mois} mois après sa date (CPC, art. 1411)",
            regime.confiance,
            non_avenue=True,
        )
    if opposition_le is not None:
        return Execution(
            None, "opposition formée : le tribunal rejuge (CPC, art. 1417 et 1420)", Confiance.VU
        )
    mois_d_opposition = opposition(signifiee_le, zone=zone, distance=distance)
    confiance = la_moins_sure(regime.confiance, mois_d_opposition.confiance)
    if regime is RegimeOrdonnance.FORMULE_A_DEMANDER:
        if formule_le is None:
            return Execution(
                None, "formule exécutoire à justifier (ancien art. 1423 du CPC)", regime.confiance
            )
        apres = max(mois_d_opposition.a_attendre, formule_le)
        return Execution(apres, "formule exécutoire apposée (ancien art. 1423)", confiance)
    if regime is RegimeOrdonnance.FORMULE_D_EMBLEE:
        return Execution(
            mois_d_opposition.a_attendre, "délai d'opposition expiré (CPC, art. 1422)", confiance
        )
    # L'attente qui ouvre un droit se proroge elle aussi (642).
    sans_avis = delai(signifiee_le, mois=MOIS_SANS_AVIS, zone=zone)
    return Execution(
        max(mois_d_opposition.a_attendre, sans_avis.a_attendre),
        "deux mois après la signification, sans avis d'opposition du greffe (CPC, art. 1422)",
        confiance,
    )


def consigner(depuis: date, *, sur_opposition: bool = False) -> Delai:
    """Au tribunal de commerce, le délai pour consigner les frais (1425) ; s'y tenir sans report.

    Depuis la demande (al. 1) ; sur opposition, depuis l'invitation du greffe (al. 2), dont le
    point de départ est discuté : donner la date du cachet.
    """
    confiance = Confiance.INCERTAIN if sur_opposition else Confiance.VU
    return delai(depuis, jours=JOURS_CONSIGNATION, confiance=confiance)


def constituer_avocat(notification_du: date) -> Delai:
    """Au tribunal judiciaire, procédure écrite : quinze jours pour constituer avocat (1418)."""
    return delai(notification_du, jours=JOURS_AVOCAT)
