"""Une cloison par créancier et par message : ce qui échoue s'écrit, se compte, et n'arrête rien."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import PartieBattement
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Panne, PanneQuerySet
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier

logger = logging.getLogger(__name__)


@contextmanager
def cloison(
    partie: PartieBattement,
    *,
    maintenant: datetime,
    echecs: list[str],
    creancier: Creancier | None = None,
) -> Iterator[None]:
    """Ce qui s'y passe échoue seul ; seule une base perdue remonte."""
    try:
        yield
    except Exception as faute:
        if base_perdue(faute):
            raise
        dire_la_panne(partie, faute, maintenant=maintenant, creancier=creancier)
        chez = f" ({creancier.code})" if creancier else ""
        echecs.append(f"{partie.label}{chez} : {phrase(faute)}")
    else:
        clore_la_panne(partie, maintenant=maintenant, creancier=creancier)


def base_perdue(faute: Exception) -> bool:
    """Vrai si c'est la base même qui ne répond plus, et non une de ses réponses."""
    return isinstance(faute, OperationalError | InterfaceError) and not (
        connection.connection is not None and connection.is_usable()
    )


def dire_la_panne(
    partie: PartieBattement,
    faute: Exception,
    *,
    maintenant: datetime,
    creancier: Creancier | None = None,
    objet: str = "",
) -> None:
    """Au journal la première fois, comptée ensuite ; la trace garde la faute entière."""
    logger.error("%s : échec (%s)", partie.label, objet or "tout", exc_info=faute)
    motif = phrase(faute)
    cle = {"creancier": creancier, "partie": partie, "objet": objet[:120]}
    with transaction.atomic():
        ouvertes = _ouvertes(creancier).filter(partie=partie, objet=objet[:120])
        if ouvertes.update(derniere_le=maintenant, nombre=F("nombre") + 1, motif=motif):
            return
        panne, neuve = Panne.objects.systeme().get_or_create(
            **cle,
            close_le=None,
            defaults={"motif": motif, "debut_le": maintenant, "derniere_le": maintenant},
        )
        if neuve:
            inscrire(
                Evenement.PANNE_OUVERTE,
                cible=panne,
                acteur=None,
                partie=partie.label,
                objet=objet,
                motif=motif,
            )


def clore_la_panne(
    partie: PartieBattement,
    *,
    maintenant: datetime,
    creancier: Creancier | None = None,
    objet: str = "",
) -> None:
    for panne in _ouvertes(creancier).filter(partie=partie, objet=objet):
        with transaction.atomic():
            if Panne.objects.systeme().ouvertes().filter(pk=panne.pk).update(close_le=maintenant):
                inscrire(
                    Evenement.PANNE_CLOSE,
                    cible=panne,
                    acteur=None,
                    partie=partie.label,
                    fois=panne.nombre,
                )


def _ouvertes(creancier: Creancier | None) -> PanneQuerySet:
    pannes = Panne.objects.systeme().ouvertes()
    return pannes.filter(creancier=creancier) if creancier else pannes.filter(creancier=None)


def phrase(faute: Exception) -> str:
    """Une ligne, sans le détail des valeurs qu'ajoute PostgreSQL."""
    if isinstance(faute, ErreurMetier):
        return faute.message[:500]
    lignes = str(faute).splitlines() or [""]
    return f"{type(faute).__name__} : {lignes[0]}"[:500]
