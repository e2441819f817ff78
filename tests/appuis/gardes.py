"""Lever un instant les gardes de la base : pour la vider, ou la remettre dans un état passé."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def gardes_levees() -> Iterator[None]:
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            curseur.execute("SET session_replication_role = replica")
            yield
            curseur.execute("SET session_replication_role = DEFAULT")
            return
        curseur.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        declencheurs = curseur.fetchall()
        # Une seule transaction : chaque ordre à part attendrait le disque.
        with transaction.atomic():
            for nom, _ in declencheurs:
                curseur.execute(f"DROP TRIGGER {nom}")
            yield
            for _, ordre in declencheurs:
                curseur.execute(ordre)
