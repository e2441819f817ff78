"""Ce que le battement fait du journal : sceller chaque minute ; la nuit, vérifier et ancrer."""

import errno
import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q

from recouvrement.journal.ancres import ancrer
from recouvrement.journal.horodatage import horodater_ce_qui_attend
from recouvrement.journal.models import Chaine, EtatJournal
from recouvrement.journal.scellement import sceller
from recouvrement.journal.verification import Bilan, verifier_chaines
from recouvrement.socle.temps import instant_de, jour_de

NOUVEL_ESSAI = timedelta(hours=1)
CONSTATS = 20
journal = logging.getLogger(__name__)


def veiller(maintenant: datetime) -> int:
    """Appelé chaque minute ; rend le nombre d'entrées scellées."""
    scelles = sceller(maintenant)
    if _prendre_la_nuit(maintenant):
        passer_la_nuit(maintenant)
    return scelles


def passer_la_nuit(maintenant: datetime) -> Bilan | None:
    """Vérifier d'abord : l'ancre de cette nuit ne doit pas recouvrir ce que dit la précédente."""
    try:
        bilan = verifier(maintenant)
        ancrer(maintenant)
    except Exception as erreur:  # noqa: BLE001 — tu, la page dirait encore « relu sans écart »
        # Dit, et réessayé dans l'heure.
        journal.exception("La vérification nocturne du journal a manqué")
        EtatJournal.objects.get_or_create(pk=1)
        EtatJournal.objects.filter(pk=1).update(echec=_dire(erreur))
        return None
    EtatJournal.objects.filter(pk=1).update(echec="")
    horodater_ce_qui_attend(maintenant)
    return bilan


def _dire(erreur: Exception) -> str:
    match erreur:
        case OSError():
            cause = errno.errorcode.get(erreur.errno or 0, type(erreur).__name__)
            return f"Le dossier des ancres ne s'écrit pas ({cause}) : place, droits ou chemin."[
                :500
            ]
        case DatabaseError():
            return (
                "La base n'a pas répondu pendant la vérification : elle est reprise dans l'heure."
            )
    return f"La vérification s'est arrêtée ({type(erreur).__name__}) : voyez les traces."


def verifier(maintenant: datetime) -> Bilan:
    """Sceller ce qui attend, relire, et garder ce qu'on a trouvé là où les pages le lisent."""
    sceller(maintenant, complet=True)
    bilan = verifier_chaines(maintenant=maintenant)
    with transaction.atomic():
        EtatJournal.objects.get_or_create(pk=1)
        EtatJournal.objects.filter(pk=1).update(
            verifie_le=maintenant,
            entrees=bilan.entrees,
            fautes=bilan.nombre,
            constats=[str(faute) for faute in bilan.fautes[:CONSTATS]],
        )
        chaines = list(Chaine.objects.filter(numero__in=bilan.chaines))
        for chaine in chaines:
            parcours = bilan.chaines[chaine.numero]
            chaine.verifie_le, chaine.verifie_rang = maintenant, parcours.rang
            chaine.verifie_jusqu_a, chaine.fautes = parcours.jusqu_a, parcours.fautes
        Chaine.objects.bulk_update(
            chaines, ["verifie_le", "verifie_rang", "verifie_jusqu_a", "fautes"], batch_size=500
        )
    return bilan


def prendre_acte(maintenant: datetime, *, motif: str) -> Bilan:
    """Une restauration, une horloge qui avait reculé : dit une fois, au journal et aux ancres.

    Les mêmes constats ne sont plus des fautes ; tout autre en reste une.
    """
    bilan = verifier(maintenant)
    if bilan.cles:
        ancrer(maintenant, motif=motif, constats=tuple(bilan.cles))
        verifier(maintenant)
    return bilan


def demander_la_verification() -> None:
    """Au prochain battement et non dans la page : relire un million de lignes est long."""
    EtatJournal.objects.get_or_create(pk=1)
    EtatJournal.objects.filter(pk=1).update(tentee_le=None)


def _prendre_la_nuit(maintenant: datetime) -> bool:
    """La base dit si c'est fait aujourd'hui ; un seul processus l'obtient."""
    EtatJournal.objects.get_or_create(pk=1)
    minuit = instant_de(jour_de(maintenant))
    a_refaire = Q(tentee_le=None) | Q(tentee_le__lt=minuit)
    manquee = Q(tentee_le__lt=maintenant - NOUVEL_ESSAI) & ~Q(echec="")
    due = EtatJournal.objects.filter(pk=1).filter(a_refaire | manquee)
    return due.update(tentee_le=maintenant) == 1
