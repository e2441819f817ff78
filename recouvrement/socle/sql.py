"""Le SQL que l'ORM ne sait pas dire : écritures en masse, numéros d'avance, effacement vrai.

Ce qui n'est là que pour la vitesse se mesure par `manage.py banc --lignes P3,P6`.
"""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from django.db import connection, models

LOT = 10_000


def executer(ordre: str, valeurs: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """Un ordre et ses lignes. Seuls les modules `sql` s'en servent."""
    with connection.cursor() as curseur:
        curseur.execute(ordre, valeurs)
        return curseur.fetchall() if curseur.description else []


def inserer(
    modele: type[models.Model], colonnes: Sequence[str], lignes: Iterable[Sequence[Any]]
) -> None:
    """COPY sur PostgreSQL, ou son équivalent.

    Toutes les colonnes obligatoires sont données : aucune valeur par défaut n'est posée ici.
    """
    nommer = connection.ops.quote_name
    table = nommer(modele._meta.db_table)
    noms = ", ".join(nommer(colonne) for colonne in colonnes)
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            # `copy` n'est pas de ceux dont Django traduit les erreurs.
            with (
                connection.wrap_database_errors,
                curseur.copy(f"COPY {table} ({noms}) FROM STDIN") as copie,
            ):
                for ligne in lignes:
                    copie.write_row(ligne)
            return
        places = ", ".join(["%s"] * len(colonnes))
        for lot in batched(lignes, LOT):
            curseur.executemany(f"INSERT INTO {table} ({noms}) VALUES ({places})", lot)


def numeros(modele: type[models.Model], combien: int) -> Sequence[int]:
    """Que personne d'autre n'aura ; dans la transaction qui écrit."""
    table = modele._meta.db_table
    if connection.vendor == "postgresql":
        lus = executer(
            "SELECT nextval(suite) FROM generate_series(1, %s), "
            # OFFSET 0 : le nom de la suite est cherché une fois, pas à chaque numéro.
            "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS suite OFFSET 0) AS la_suite",
            [combien, connection.ops.quote_name(table)],
        )
        return [numero for (numero,) in lus]
    # Sous BEGIN IMMEDIATE, nul autre n'écrit : la suite du compteur est à nous.
    lus = executer("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    dernier = lus[0][0] if lus else 0
    return range(dernier + 1, dernier + combien + 1)


def analyser(*modeles: type[models.Model]) -> None:
    """Que PostgreSQL sache ce que ces tables contiennent désormais."""
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(modele._meta.db_table) for modele in modeles)
        executer(f"ANALYZE {tables}")


def remettre_a_zero_ce_qui_s_efface() -> None:
    executer("PRAGMA secure_delete = ON")


def vider_le_journal_d_ecriture() -> None:
    executer("PRAGMA wal_checkpoint(TRUNCATE)")
