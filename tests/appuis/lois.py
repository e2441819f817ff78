"""Les lois de la base qui ne coûtent qu'une lecture : assez pour suivre chaque essai."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Value

from recouvrement.comptes.lectures.etancheite import liens
from recouvrement.exploitation.verification import fiches, gestes, messages
from recouvrement.exploitation.verification.fautes import Requete


def premiere_faute() -> str | None:
    """Toutes en une requête."""
    sql, valeurs = _en_une_requete(connection.vendor)
    with connection.cursor() as curseur:
        curseur.execute(sql, valeurs)
        ligne = curseur.fetchone()
    return ligne[0] if ligne else None


def _legeres() -> Iterator[Requete]:
    for lien in liens():
        yield Requete(str(lien), lien.traversees())
    yield from fiches.requetes()
    yield from messages.requetes()
    yield from messages.requetes_d_invitations()
    yield from gestes.requetes()


@cache
def _en_une_requete(dialecte: str) -> tuple[str, tuple[Any, ...]]:
    toutes = [
        requete.lignes.order_by().values_list(
            Value(requete.phrase, output_field=models.TextField())
        )
        for requete in _legeres()
    ]
    union = toutes[0].union(*toutes[1:], all=True)
    sql, valeurs = union.query.get_compiler(connection=connection).as_sql()
    return f"{sql} LIMIT 1", tuple(valeurs)
