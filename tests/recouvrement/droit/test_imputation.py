from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recouvrement.droit.imputation import Dette, repartir

D = Decimal
LE = date(2026, 6, 15)


def dette(reference, montant, echeance=date(2026, 5, 1), interet="0"):
    return Dette(reference, D(montant), echeance, D(interet))


def test_les_dettes_echues_passent_avant_les_autres():
    a_echoir = dette("A", "100", date(2026, 7, 1), interet="9")
    echue = dette("B", "100", date(2026, 6, 15))
    assert repartir(D("120"), [a_echoir, echue], le=LE).parts == {"B": D("100"), "A": D("20.00")}


def test_puis_celle_que_le_debiteur_avait_le_plus_interet_a_acquitter():
    ancienne = dette("A", "100", date(2026, 1, 1), interet="12.15")
    chere = dette("B", "100", date(2026, 5, 1), interet="15")
    assert repartir(D("100"), [ancienne, chere], le=LE).parts == {"B": D("100")}


def test_a_egalite_la_plus_ancienne_puis_a_proportion():
    a, b = dette("A", "100"), dette("B", "50")
    ancienne = dette("C", "10", date(2026, 4, 1))
    # 10 pour C ; 20 restent : 20 × 100 / 150 = 13,33 et 20 × 50 / 150 = 6,66 ; le centime à A.
    parts = repartir(D("30"), [b, a, ancienne], le=LE).parts
    assert parts == {"C": D("10"), "A": D("13.34"), "B": D("6.66")}


def test_le_debiteur_choisit_la_facture_qu_il_paie_en_entier():
    a, b = dette("A", "100", date(2026, 1, 1)), dette("B", "80")
    assert repartir(D("80"), [a, b], le=LE, indiquees=["B"]).parts == {"B": D("80")}


def test_sans_accord_il_ne_peut_viser_une_facture_qu_il_ne_paie_pas_en_entier():
    a, b = dette("A", "100", date(2026, 1, 1)), dette("B", "80")
    r = repartir(D("50"), [a, b], le=LE, indiquees=["B"])
    assert (r.parts, r.indication_ecartee) == ({"A": D("50.00")}, ("B",))
    r = repartir(D("50"), [a, b], le=LE, indiquees=["B"], accord_du_creancier=True)
    assert r.parts == {"B": D("50")}


def test_ce_qui_depasse_toutes_les_dettes_est_un_excedent():
    r = repartir(D("130"), [dette("A", "100")], le=LE)
    assert (r.parts, r.excedent) == ({"A": D("100")}, D("30"))


def test_un_paiement_negatif_est_refuse():
    with pytest.raises(ValueError, match="négatif"):
        repartir(D("-1"), [], le=LE)


@st.composite
def dettes(draw):
    nombre = draw(st.integers(0, 6))
    return [
        Dette(
            f"F{n}",
            draw(st.decimals(D("0"), D("500"), places=2)),
            draw(st.sampled_from([date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)])),
            D(draw(st.integers(0, 2))),
        )
        for n in range(nombre)
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.decimals(D("0"), D("2000"), places=2),
    dettes(),
    st.lists(st.sampled_from(["F0", "F1", "F5"]), max_size=2),
    st.booleans(),
    st.randoms(),
)
def test_on_ne_paie_jamais_plus_que_ce_qui_est_du(montant, lot, indiquees, accord, hasard):
    r = repartir(montant, lot, le=LE, indiquees=indiquees, accord_du_creancier=accord)
    dus = {d.reference: d.montant for d in lot}
    assert all(0 < part <= dus[reference] for reference, part in r.parts.items())
    assert sum(r.parts.values(), D(0)) + r.excedent == montant
    assert r.excedent == max(D(0), montant - sum(dus.values(), D(0)))
    melange = list(lot)
    hasard.shuffle(melange)
    assert repartir(montant, melange, le=LE, indiquees=indiquees, accord_du_creancier=accord) == r
