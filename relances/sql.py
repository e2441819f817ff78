"""Le SQL que l'ORM ne sait pas dire : regrouper ce qu'une requête a déjà regroupé.

Le tableau de bord le lit à chaque page : `manage.py banc --lignes P1`.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from recouvrement.socle.sql import executer


def totaux_par_palier(atteints: QuerySet[Any, Any]) -> Iterator[tuple[int, int, Decimal]]:
    """`atteints` rend un `palier` et un `du` par facture."""
    requete, valeurs = atteints.query.sql_with_params()
    lignes = executer(
        f"SELECT palier, COUNT(*), SUM(du) FROM ({requete}) AS atteints GROUP BY palier", valeurs
    )
    return ((palier, nombre, Decimal(str(somme))) for palier, nombre, somme in lignes)
