"""Tant que l'on ne sait pas qui doit : le principal seul, quoi qu'il arrive par ailleurs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.droit.decompte import Convention, FaitFacture, FaitPaiement, decompte
from recouvrement.droit.mentions import manquantes, proposees
from recouvrement.droit.regimes import QUALITE_A_ETABLIR, Regime, regime_de
from tests.recouvrement.droit.strategies import creances

D = Decimal
# 10 000 € échus le 01/05/2026 : 420,55 € de pénalités et 40 € au 03/09/2026 entre professionnels.
FACTURE = FaitFacture("F1", D("10000.00"), date(2026, 4, 1), date(2026, 5, 1))
AU = date(2026, 9, 3)


@pytest.mark.parametrize(
    "convention",
    [
        Convention(Regime.INCONNU),
        # Un taux écrit, une mise en demeure ou un jugement n'y changent rien.
        Convention(Regime.INCONNU, taux_contractuel=D("15")),
        Convention(Regime.INCONNU, mise_en_demeure_recue_le=date(2026, 5, 2)),
        Convention(Regime.INCONNU, jugement_executoire_le=date(2026, 6, 2)),
    ],
)
def test_une_qualite_inconnue_ne_porte_ni_interet_ni_quarante_euros(convention):
    d = decompte(FACTURE, [], convention, AU)
    assert (d.principal_restant, d.interets_dus, d.indemnite) == (D("10000.00"), 0, 0)
    assert (d.total, d.periodes) == (D("10000.00"), ())
    assert d.avertissements == (QUALITE_A_ETABLIR,)


def test_un_reglement_n_eteint_que_du_principal():
    d = decompte(
        FACTURE, [FaitPaiement(D("4000.00"), date(2026, 6, 1))], Convention(Regime.INCONNU), AU
    )
    [recu] = d.paiements
    assert (recu.sur_principal, recu.sur_interets, d.total) == (D("4000.00"), 0, D("6000.00"))


@given(creances(regimes=(Regime.INCONNU,)))
def test_le_total_est_toujours_le_principal(creance):
    d = decompte(*creance)
    assert d.total == d.principal_restant
    assert not d.periodes


@given(st.sampled_from(["professionnel", "particulier", "public", "inconnue"]))
def test_l_indemnite_ne_nait_que_d_une_qualite_qui_la_permet(qualite):
    due = decompte(FACTURE, [], Convention(regime_de(qualite)), AU).indemnite
    assert due == (D("40.00") if qualite in ("professionnel", "public") else 0)


def test_les_mentions_des_professionnels_se_cherchent_sans_etre_dites_absentes():
    cherchees = {mention.code for mention in proposees(Regime.INCONNU)}
    assert cherchees == {mention.code for mention in proposees(Regime.B2B)}
    assert [m.code for m in manquantes([], Regime.INCONNU)] == ["echeance", "identite"]
