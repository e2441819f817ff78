"""Les délais de l'injonction de payer (CPC, art. 1411 à 1422 et 1425 ; décret n° 2026-96).

Le régime dépend de la date de l'ordonnance : pour celles rendues à compter du 1er septembre 2026,
signification dans les trois mois (six avant), et exécution possible deux mois après la
signification si le greffe n'a signalé aucune opposition.

>>> signifier_avant(date(2026, 8, 31)), signifier_avant(date(2026, 9, 1))
(datetime.date(2027, 2, 28), datetime.date(2026, 12, 1))
>>> opposition(date(2026, 10, 15)).a_attendre
datetime.date(2026, 11, 16)
>>> executer_apres(date(2026, 9, 10), signifiee_le=date(2026, 10, 15))
datetime.date(2026, 12, 15)
"""

from datetime import date

from recouvrement.droit.delais import Delai, Distance, delai
from recouvrement.droit.feries import Zone
from recouvrement.droit.mois import ajouter_mois

REFORME = date(2026, 9, 1)
JOURS_CONSIGNATION = 15
JOURS_AVOCAT = 15


def est_reformee(ordonnance_du: date) -> bool:
    """Vrai si l'ordonnance relève du décret n° 2026-96 (art. 9)."""
    return ordonnance_du >= REFORME


def signifier_avant(ordonnance_du: date) -> date:
    """Le dernier jour pour signifier, sinon l'ordonnance est non avenue (1411). Sans report."""
    return ajouter_mois(ordonnance_du, 3 if est_reformee(ordonnance_du) else 6)


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
    return delai(signifiee_le, mois=1, zone=zone, distance=distance)


def executer_apres(
    ordonnance_du: date,
    *,
    signifiee_le: date,
    zone: Zone = Zone.METROPOLE,
    distance: Distance = Distance.AUCUNE,
) -> date:
    """L'exécution est possible après ce jour, sans avis d'opposition du greffe (1422)."""
    fin_opposition = opposition(signifiee_le, zone=zone, distance=distance).a_attendre
    if not est_reformee(ordonnance_du):
        return fin_opposition
    return max(fin_opposition, ajouter_mois(signifiee_le, 2))


def consigner_avant(demande_du: date) -> date:
    """Au tribunal de commerce, le dernier jour pour consigner les frais (1425, al. 1)."""
    return delai(demande_du, jours=JOURS_CONSIGNATION).a_tenir


def constituer_avocat_avant(notification_du: date) -> date:
    """Au tribunal judiciaire, procédure écrite : quinze jours pour constituer avocat (1418)."""
    return delai(notification_du, jours=JOURS_AVOCAT).a_tenir
