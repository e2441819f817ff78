"""Le SQL que l'ORM ne sait pas dire : ôter des lignes que la base garde.

Tables et colonnes y viennent des modèles, les valeurs à part.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models

from recouvrement.socle.sql import executer

type Modele = type[models.Model]


def detacher(modele: Modele, colonne: str, cible: int) -> None:
    """Ce qui désigne cette ligne ne désigne plus rien."""
    nom = connection.ops.quote_name(colonne)
    executer(f"UPDATE {_table(modele)} SET {nom} = NULL WHERE {nom} = %s", [cible])


def oter(modele: Modele, cles: Sequence[object]) -> None:
    marques = ", ".join(["%s"] * len(cles))
    cle = connection.ops.quote_name(str(modele._meta.pk.column))
    executer(f"DELETE FROM {_table(modele)} WHERE {cle} IN ({marques})", list(cles))


@contextmanager
def gardes_levees(modeles: Iterable[Modele]) -> Iterator[None]:
    """Les déclencheurs de ces tables, ôtés puis remis tels quels dans la même transaction."""
    tables = sorted({modele._meta.db_table for modele in modeles})
    nommer = connection.ops.quote_name
    if connection.vendor == "postgresql":
        for table in tables:
            executer(f"ALTER TABLE {nommer(table)} DISABLE TRIGGER USER")
        yield
        for table in tables:
            executer(f"ALTER TABLE {nommer(table)} ENABLE TRIGGER USER")
        return
    marques = ", ".join(["%s"] * len(tables))
    gardes = executer(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marques})",
        tables,
    )
    for nom, _ in gardes:
        executer(f"DROP TRIGGER {nommer(nom)}")
    yield
    for _, ordre in gardes:
        executer(ordre)


def _table(modele: Modele) -> str:
    return connection.ops.quote_name(modele._meta.db_table)
