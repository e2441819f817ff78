"""Une requête que l'on pose des milliers de fois : compilée une fois, reposée telle quelle.

Écrire le SQL d'une lecture à plusieurs jointures coûte à Django dix fois ce que la base met à
répondre. Là où chaque message en pose seize, c'est tout le débit.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections, models
from django.db.models.sql.compiler import SQLCompiler

# Des valeurs que rien d'autre dans une requête ne peut être.
MARQUES: dict[type, Callable[[int], Any]] = {
    int: lambda rang: -7_919_000_001 - rang,
    str: lambda rang: f"valeur figée n° {rang}",
    datetime: lambda rang: datetime(1901, 2, 3 + rang, 4, 5, 6, tzinfo=UTC),
    date: lambda rang: date(1902, 3, 4 + rang),
}


@dataclass(slots=True)
class _Forme:
    requete: models.QuerySet[Any]
    compilateur: SQLCompiler
    sql: str
    parametres: list[Any]
    places: dict[str, list[int]]


class RequeteFigee[M: models.Model]:
    """`faire(**valeurs)` écrit la requête, `genres` dit le type de chaque valeur.

    Le SQL doit être le même quelles qu'elles soient : ni None, ni liste.
    """

    def __init__(self, faire: Callable[..., models.QuerySet[M]], **genres: type) -> None:
        self.faire, self.genres = faire, genres
        self._formes: dict[str, _Forme] = {}

    def __call__(self, **valeurs: Any) -> list[M]:
        forme = self._forme()
        requete = forme.requete.all()
        connexion = connections[requete.db]
        parametres = list(forme.parametres)
        for nom, places in forme.places.items():
            valeur = _adapter(valeurs[nom], connexion)
            for place in places:
                parametres[place] = valeur
        compilateur: Any = copy(forme.compilateur)
        compilateur.connection, compilateur.query = connexion, requete.query
        compilateur.as_sql = lambda *_, **__: (forme.sql, tuple(parametres))
        requete.query.get_compiler = lambda *_, **__: compilateur  # type: ignore[method-assign]
        return list(requete)

    def _forme(self) -> _Forme:
        connexion = connections["default"]
        forme = self._formes.get(connexion.vendor)
        if forme is None:
            forme = self._formes[connexion.vendor] = self._compiler(connexion)
        return forme

    def _compiler(self, connexion: Any) -> _Forme:
        marques = {
            nom: MARQUES[genre](rang) for rang, (nom, genre) in enumerate(self.genres.items())
        }
        requete = self.faire(**marques)
        compilateur = requete.query.get_compiler(using=requete.db)
        sql, parametres = compilateur.as_sql()
        places = {
            nom: [i for i, p in enumerate(parametres) if p == _adapter(marque, connexion)]
            for nom, marque in marques.items()
        }
        if not all(places.values()):
            raise ValueError(f"Une valeur ne paraît pas dans la requête : {places}")
        return _Forme(requete, compilateur, sql, list(parametres), places)


def _adapter(valeur: Any, connexion: Any) -> Any:
    if isinstance(valeur, datetime):
        return connexion.ops.adapt_datetimefield_value(valeur)
    if isinstance(valeur, date):
        return connexion.ops.adapt_datefield_value(valeur)
    return valeur
