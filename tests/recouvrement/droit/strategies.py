"""Des créances tirées au sort, dans la période couverte par la table."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from recouvrement.droit.decompte import Convention, FaitFacture, FaitPaiement
from recouvrement.droit.regimes import Regime

DEBUT, FIN = date(2015, 1, 2), date(2026, 12, 31)


def montants(minimum="0.01", maximum="60000"):
    return st.decimals(Decimal(minimum), Decimal(maximum), places=2)


def jours(du=DEBUT, au=FIN):
    return st.dates(du, au)


@st.composite
def conventions(draw, regimes=tuple(Regime)):
    regime = draw(st.sampled_from(regimes))
    parfois = st.one_of(st.none(), st.none(), jours())
    jugement = draw(parfois)
    grace = draw(st.one_of(st.none(), st.integers(1, 730))) if jugement else None
    return Convention(
        regime=regime,
        taux_contractuel=draw(st.one_of(st.none(), st.decimals(Decimal(0), Decimal(20), places=2))),
        base_jours=draw(st.sampled_from([365, "reelle"])),
        imputation=draw(st.sampled_from(["interets_dabord", "principal_dabord"])),
        renonce_interets=draw(st.sampled_from([False] * 5 + [True])),
        renonce_indemnite=draw(st.sampled_from([False] * 5 + [True])),
        remise_interets=draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("12.34")])),
        remise_indemnite=draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("15.00")])),
        mise_en_demeure_recue_le=draw(st.one_of(st.none(), jours(), jours())),
        jugement_executoire_le=jugement,
        grace_jusqu_au=jugement + timedelta(days=grace) if grace else None,
        condamnation_au_taux_legal=draw(st.booleans()),
        procedure_collective_le=draw(parfois),
        interets_maintenus=draw(st.booleans()),
        capitalisation=draw(st.booleans()),
        capitalisation_depuis=draw(parfois),
    )


@st.composite
def creances(draw, regimes=tuple(Regime)):
    """Une facture, ses paiements, sa convention, le jour arrêté."""
    convention = draw(conventions(regimes))
    echeance = draw(jours())
    facture = FaitFacture(
        "F1", draw(montants("1.00")), echeance - timedelta(days=draw(st.integers(0, 90))), echeance
    )
    au = draw(jours(echeance - timedelta(days=20)).filter(lambda j: j <= FIN))
    recus = draw(
        st.lists(
            st.builds(
                FaitPaiement,
                montant=montants("0.01", str(max(Decimal("1.00"), facture.montant))),
                le=st.one_of(
                    jours(), st.integers(-40, 400).map(lambda n: echeance + timedelta(days=n))
                ),
                reference=st.sampled_from(["", "A", "B"]),
                avoir=st.sampled_from([False, False, False, True]),
            ),
            max_size=4,
        )
    )
    return facture, recus, convention, au
