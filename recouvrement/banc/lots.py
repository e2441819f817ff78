"""Ce que gagnent les écritures en masse de `socle.sql` sur celles de Django."""

from collections.abc import Iterator

from django.db import transaction

from clients.models import Client
from recouvrement.banc.donnees import un_creancier
from recouvrement.banc.mesures import Mesure, chrono
from recouvrement.comptes.models import Creancier
from recouvrement.socle.base.lots import inserer_fiches, numeroter

FICHES = 10_000


def ecritures(combien: int = FICHES) -> Iterator[Mesure]:
    """Les mêmes lignes, puis tout est défait ; « nu » : `bulk_create`."""
    creancier = un_creancier(f"lots-{Creancier.objects.count()}")
    with transaction.atomic():
        notre = chrono(lambda: inserer_fiches(numeroter(_fiches(creancier, combien))))
        de_django = chrono(lambda: Client.objects.bulk_create(_fiches(creancier, combien)))
        transaction.set_rollback(True)
    yield Mesure(f"écrire {combien} fiches d'un coup", notre, limite=de_django, objectif="× < 1")


def _fiches(creancier: Creancier, combien: int) -> list[Client]:
    return [Client(creancier=creancier, nom=f"Banc {rang}") for rang in range(combien)]
