"""Le fil de l'histoire : des faits à venir, joués dans l'ordre, chacun à son heure."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from unittest import mock

from django.utils import timezone

from recouvrement.socle.temps import instant_de, jour_de
from relances.regles.calendrier import est_ouvre

Fait = Callable[[datetime], object]


class Recit:
    """Du plus ancien fait à l'instant présent ; ce qui serait après n'est pas encore arrivé."""

    def __init__(self, maintenant: datetime, *, graine: int) -> None:
        self.maintenant = maintenant
        self.au = jour_de(maintenant)
        self.alea = Random(graine)  # noqa: S311 — une histoire qui se rejoue, pas un secret
        self.instant = maintenant
        self._faits: list[tuple[datetime, int, Fait]] = []
        self._rangs = count()

    def jour(self, recul: int) -> date:
        return self.au - timedelta(days=recul)

    def ouvre(self, recul: int) -> date:
        """Ce jour-là, ou le dernier jour ouvré qui le précède."""
        jour = self.jour(recul)
        while not est_ouvre(jour):
            jour -= timedelta(days=1)
        return jour

    def prevoir(self, jour: date, heure: time, fait: Fait) -> None:
        instant = instant_de(jour, heure)
        if instant < self.maintenant:
            heapq.heappush(self._faits, (instant, next(self._rangs), fait))

    def heure(self) -> datetime:
        return self.instant

    def jouer(self, *, fin: Fait) -> None:
        """Joue tout, y compris ce que les faits joués font prévoir, puis `fin` à l'instant présent.

        Les champs datés à l'écriture (`auto_now_add`, le journal) prennent l'heure du récit :
        Django la demande à `timezone.now`, que l'on tient le temps de l'histoire.
        """
        with mock.patch.object(timezone, "now", self.heure):
            while self._faits:
                self.instant, _, fait = heapq.heappop(self._faits)
                fait(self.instant)
            self.instant = self.maintenant
            fin(self.instant)
