"""P7 : les décomptes avec intérêts, face à une boucle de Decimal sans droit."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from factures.lectures.taux import table_en_vigueur
from recouvrement.banc.mesures import Mesure, chrono
from recouvrement.droit.decompte import decompte
from recouvrement.droit.faits import Convention, FaitFacture
from recouvrement.droit.regimes import regime_de
from recouvrement.socle.montants import CENTIME

RETARDS = range(20, 720)
TAUX = (Decimal("12.15"), Decimal("12.40"), Decimal("13.15"), Decimal("14.25"))


def decomptes(factures: int, *, au: date) -> Iterator[Mesure]:
    regime, table = regime_de("professionnel"), table_en_vigueur()
    convention = Convention(regime)
    faits = [
        FaitFacture(
            f"F-{n}",
            Decimal(100_000 + n) / 100,
            au - timedelta(days=RETARDS[n % len(RETARDS)] + 30),
            au - timedelta(days=RETARDS[n % len(RETARDS)]),
        )
        for n in range(factures)
    ]

    def droit() -> None:
        for fait in faits:
            decompte(fait, (), convention, au, table)

    def boucle() -> None:
        for fait in faits:
            reste = (au - fait.echeance).days
            total = Decimal(0)
            for taux in TAUX:
                jours = min(reste, 182)
                reste -= jours
                brut = fait.montant * taux * jours / 36500
                total += brut.quantize(CENTIME, ROUND_HALF_UP)

    yield Mesure(
        f"{factures} décomptes",
        chrono(droit),
        limite=chrono(boucle),
        objectif="100 000 : ≤ 2 s, ≤ × 4",
    )
