"""Une fois par nuit, créancier par créancier : la base dit si c'est fait, la sonnette appelle."""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db import IntegrityError, transaction

from recouvrement.comptes.models import Creancier
from recouvrement.journal.actions import inscrire
from recouvrement.socle.temps import instant_de, jour_de
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.lots import Compte, Ordre, taire
from recouvrement.vie_privee.models import Purge
from recouvrement.vie_privee.nuit import reunir, travaux

logger = logging.getLogger(__name__)
# Après la vérification de la nuit, avant les premiers envois.
HEURE = time(3)
# Une purge qui n'a pas fini est morte : une autre la reprend.
REPRISE = timedelta(hours=2)
MOTIF = "Durée de conservation écoulée"


def purger_la_nuit(maintenant: datetime) -> list[Purge]:
    """Ce qui reste à faire cette nuit ; vide le reste du temps."""
    if maintenant < instant_de(jour_de(maintenant), HEURE):
        return []
    faites = set(
        Purge.objects.systeme()
        .filter(nuit=jour_de(maintenant), finie_le__isnull=False)
        .values_list("creancier", flat=True)
    )
    a_faire = [None, *Creancier.objects.defer("logo", "image_signature").order_by("pk")]
    purges = []
    for creancier in a_faire:
        if (creancier and creancier.pk) in faites:
            continue
        purge = _prendre(creancier, maintenant)
        if purge is not None:
            purges.append(_mener(purge, creancier, maintenant))
    return purges


def purger(creancier: Creancier | None, *, maintenant: datetime) -> list[Compte]:
    """Tout de suite. Ce qui échoue à mi-chemin laisse effacé ce qui l'était déjà."""
    return reunir(_effacer(creancier, maintenant))


def _effacer(creancier: Creancier | None, maintenant: datetime) -> Iterator[list[Compte]]:
    for lots in travaux(creancier, maintenant=maintenant):
        with transaction.atomic():
            comptes = taire(lots, Ordre(MOTIF, None, maintenant))
        yield comptes


def _mener(purge: Purge, creancier: Creancier | None, maintenant: datetime) -> Purge:
    """L'échec de l'un n'arrête pas les autres : il s'écrit, et la page le montre."""
    faits: list[list[Compte]] = []
    try:
        faits.extend(_effacer(creancier, maintenant))
    except Exception as erreur:
        logger.exception("La purge de %s a échoué", creancier.code if creancier else "l'instance")
        purge.echec = f"La purge s'est arrêtée ({type(erreur).__name__}) : voyez les traces."
    # Ce qui l'a été avant l'échec l'est : cela se dit.
    purge.comptes = [[c.quoi, c.nombre] for c in reunir(faits)]
    purge.finie_le = maintenant
    with transaction.atomic():
        purge.save(update_fields=["comptes", "echec", "finie_le"])
        if purge.comptes:
            inscrire(
                Evenement.PURGE_FAITE,
                cible=purge,
                acteur=None,
                efface=dict(purge.comptes),
            )
    return purge


def _prendre(creancier: Creancier | None, maintenant: datetime) -> Purge | None:
    nuit = jour_de(maintenant)
    purges = Purge.objects.systeme().filter(creancier=creancier, nuit=nuit)
    deja = purges.first()
    if deja is None:
        try:
            with transaction.atomic():
                return Purge.objects.create(creancier=creancier, nuit=nuit, commence_le=maintenant)
        except IntegrityError:
            return None
    reprise = purges.filter(
        finie_le=None, commence_le=deja.commence_le, commence_le__lte=maintenant - REPRISE
    ).update(commence_le=maintenant)
    return purges.get() if reprise else None
