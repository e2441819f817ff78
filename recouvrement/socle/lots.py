"""Insérer beaucoup de lignes d'un coup, sans fabriquer d'objets : COPY, ou son équivalent."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def inserer(
    modele: type[models.Model], colonnes: Sequence[str], lignes: Iterable[Sequence[Any]]
) -> None:
    """Toutes les colonnes obligatoires sont données : aucune valeur par défaut n'est posée ici."""
    nommer = connection.ops.quote_name
    table = nommer(modele._meta.db_table)
    noms = ", ".join(nommer(colonne) for colonne in colonnes)
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            with curseur.copy(f"COPY {table} ({noms}) FROM STDIN") as copie:
                for ligne in lignes:
                    copie.write_row(ligne)
            return
        places = ", ".join(["%s"] * len(colonnes))
        curseur.executemany(f"INSERT INTO {table} ({noms}) VALUES ({places})", lignes)  # noqa: S608


def rafraichir_les_statistiques(*modeles: type[models.Model]) -> None:
    """Après une écriture en masse : PostgreSQL choisirait sinon comme pour des tables vides.

    La mise à jour automatique ne vient qu'une minute plus tard ; le battement, avant.
    """
    if connection.vendor != "postgresql":
        return
    tables = ", ".join(connection.ops.quote_name(modele._meta.db_table) for modele in modeles)
    with connection.cursor() as curseur:
        curseur.execute(f"ANALYZE {tables}")
