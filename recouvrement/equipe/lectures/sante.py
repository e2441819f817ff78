"""Peut-on servir ? Des faits, pour la trace ; au dehors on ne dit que oui ou non."""

import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from recouvrement.comptes.models import Creancier
from recouvrement.socle.pouls import SILENCE_INQUIETANT, dernier_battement

ESPACE_MINIMAL = 500 * 1024 * 1024


def ce_qui_empeche(*, maintenant: datetime) -> list[str]:
    """Vide : prêt. Sinon, chaque empêchement en une phrase."""
    if base := _base():
        return [base]
    return [phrase for phrase in (_migrations(), _disque(), _cache(maintenant)) if phrase]


def _base() -> str:
    try:
        with transaction.atomic():
            # Aucune ligne touchée, mais une base en lecture seule ou pleine le refuse.
            Creancier.objects.filter(pk=0).update(nom="")
    except DatabaseError as erreur:
        return f"La base ne s'écrit pas : {erreur}"
    return ""


def _migrations() -> str:
    executeur = MigrationExecutor(connection)
    reste = executeur.migration_plan(executeur.loader.graph.leaf_nodes())
    return f"{len(reste)} migration(s) à appliquer." if reste else ""


def _disque() -> str:
    dossier = Path(settings.FICHIERS)
    while not dossier.exists() and dossier != dossier.parent:
        dossier = dossier.parent
    libre = shutil.disk_usage(dossier).free
    return "" if libre >= ESPACE_MINIMAL else f"Il ne reste que {libre // 1024**2} Mo de disque."


def _cache(maintenant: datetime) -> str:
    """Le cache (Redis s'il est réglé) répond, et le dernier battement qu'il garde est récent."""
    try:
        cache.set("sante", maintenant.isoformat(), timeout=60)
        battu = dernier_battement()
    except Exception as erreur:  # noqa: BLE001 — chaque moteur de cache a ses erreurs
        return f"Le cache ne répond pas : {erreur}"
    if battu is not None and maintenant - battu > SILENCE_INQUIETANT:
        return f"Aucun battement depuis le {battu:%d/%m/%Y %H:%M} UTC."
    return ""
