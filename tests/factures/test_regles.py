"""La répartition d'une somme entre des factures."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from factures.regles import plus_anciennes_dabord

D = Decimal


@dataclass(frozen=True)
class UneDue:
    pk: int
    solde: Decimal
    date_echeance: date


def due(pk, solde, jour=1):
    return UneDue(pk, D(solde), date(2026, 1, 1) + timedelta(days=jour))


def test_la_plus_ancienne_est_payee_avant_la_suivante():
    ancienne, recente = due(2, "100.00", jour=1), due(1, "100.00", jour=2)
    assert plus_anciennes_dabord([recente, ancienne], D("150.00")) == [
        (ancienne, D("100.00")),
        (recente, D("50.00")),
    ]


def test_a_echeance_egale_la_premiere_enregistree_est_payee_la_premiere():
    une, autre = due(1, "100.00"), due(2, "100.00")
    assert plus_anciennes_dabord([autre, une], D("100.00")) == [(une, D("100.00"))]


def test_une_facture_soldee_ne_recoit_rien():
    assert plus_anciennes_dabord([due(1, "0.00")], D("10.00")) == []


centimes = st.integers(0, 50_000).map(lambda n: D(n).scaleb(-2))


@given(
    soldes=st.lists(st.tuples(centimes, st.integers(0, 5)), max_size=6),
    montant=centimes,
)
def test_rien_n_est_paye_deux_fois_ni_garde_tant_qu_il_reste_du(soldes, montant):
    dues = [due(pk, solde, jour) for pk, (solde, jour) in enumerate(soldes)]
    parts = plus_anciennes_dabord(dues, montant)
    assert sum((part for _, part in parts), D(0)) == min(montant, sum(d.solde for d in dues))
    assert all(0 < part <= payee.solde for payee, part in parts)
    # Une seule est payée en partie : la dernière servie.
    assert all(part == payee.solde for payee, part in parts[:-1])
