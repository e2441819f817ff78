"""Ce qui reste vrai du décompte quelle que soit la créance."""

import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recouvrement.droit.decompte import (
    Convention,
    FaitFacture,
    FaitPaiement,
    decompte,
)
from recouvrement.droit.regimes import Regime
from tests.recouvrement.droit.lent import decompte_lent
from tests.recouvrement.droit.strategies import creances, jours, montants

# 200 dans la suite ; DECOMPTE_CAS=10000 pour la comparaison longue.
CAS = int(os.environ.get("DECOMPTE_CAS", "200"))
TOLERE = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@settings(TOLERE, max_examples=CAS)
@given(creances())
def test_le_calcul_lent_jour_par_jour_donne_le_meme_decompte(creance):
    rapide, lent = decompte(*creance), decompte_lent(*creance)
    # Un demi-centime par période ; le double couvre ce que l'arrondi d'une période porte ensuite.
    ecart = Fraction(1, 100) * (len(rapide.periodes) + 1)
    assert abs(Fraction(rapide.interets_courus) - lent.courus) <= ecart
    assert abs(Fraction(rapide.interets_dus) - lent.interets) <= ecart
    assert abs(Fraction(rapide.principal_restant) - lent.principal) <= ecart
    assert abs(Fraction(rapide.indemnite) - lent.indemnite) <= ecart
    assert abs(Fraction(rapide.excedent) - lent.excedent) <= ecart


@TOLERE
@given(creances())
def test_la_somme_des_lignes_est_le_total(creance):
    d = decompte(*creance)
    assert d.total == d.principal_restant + d.interets_dus + d.indemnite
    assert d.interets_courus == sum((p.montant for p in d.periodes), Decimal(0))
    assert d.interets_dus == d.interets_courus - d.interets_payes - d.remise_interets
    assert d.principal_restant == d.principal_initial - sum(p.sur_principal for p in d.paiements)
    assert d.indemnite == d.indemnite_initiale - sum(p.sur_indemnite for p in d.paiements)


@TOLERE
@given(creances())
def test_un_paiement_ne_paie_jamais_plus_que_ce_qui_est_du(creance):
    d = decompte(*creance)
    assert d.principal_restant >= 0
    assert d.interets_dus >= 0
    assert d.indemnite >= 0
    for p in d.paiements:
        parts = (p.sur_interets, p.sur_principal, p.sur_indemnite, p.excedent)
        assert min(parts) >= 0
        assert sum(parts) == p.montant


@TOLERE
@given(creances())
def test_aucune_periode_n_est_negative_ni_ne_chevauche_la_suivante(creance):
    d = decompte(*creance)
    for p in d.periodes:
        assert p.montant >= 0
        assert p.jours == (p.au - p.du).days + 1 > 0
        assert p.au <= d.au
    for avant, apres in zip(d.periodes, d.periodes[1:], strict=False):
        assert avant.au < apres.du


@TOLERE
@given(creances(), st.randoms())
def test_l_ordre_de_saisie_des_faits_est_indifferent(creance, hasard):
    facture, recus, convention, au = creance
    melanges = list(recus)
    hasard.shuffle(melanges)
    assert decompte(facture, melanges, convention, au) == decompte(*creance)


@TOLERE
@given(creances(), jours())
def test_un_paiement_nul_ne_coupe_aucune_periode(creance, coupure):
    """Un paiement nul n'est pas un fait : il ne coupe rien."""
    facture, recus, convention, au = creance
    entier = decompte(*creance)
    assert decompte(facture, [*recus, FaitPaiement(Decimal(0), coupure)], convention, au) == entier


@TOLERE
@given(montants("100"), jours(date(2015, 6, 1), date(2026, 6, 1)), st.data())
def test_deux_periodes_bout_a_bout_valent_la_periode_entiere_a_l_arrondi_pres(montant, debut, data):
    facture = FaitFacture("F", montant, debut, debut)
    au = data.draw(jours(debut))
    milieu = data.draw(jours(debut, au))
    convention = Convention(Regime.B2B)
    entier = decompte(facture, [], convention, au)
    premier = decompte(facture, [], convention, milieu)
    suite = decompte(replace(facture, echeance=milieu), [], convention, au)
    ecart = abs(entier.interets_dus - premier.interets_dus - suite.interets_dus)
    assert ecart <= Decimal("0.005") * 3


@TOLERE
@given(creances(), st.integers(0, 400))
def test_sans_paiement_la_dette_ne_diminue_pas_avec_le_temps(creance, plus):
    facture, _, convention, au = creance
    apres = min(au + timedelta(days=plus), date(2026, 12, 31))
    avant = decompte(facture, [], convention, au)
    # La période en cours s'allonge : son arrondi peut reculer, jamais de plus d'un centime.
    assert decompte(facture, [], convention, apres).total >= avant.total - Decimal("0.01")


@TOLERE
@given(creances(regimes=(Regime.B2C, Regime.C2X)))
def test_un_consommateur_ne_doit_jamais_les_quarante_euros(creance):
    d = decompte(*creance)
    assert d.indemnite == d.indemnite_initiale == 0


@pytest.mark.parametrize("montant", [Decimal("0"), Decimal("-1")])
def test_une_facture_nulle_ou_negative_est_refusee(montant):
    with pytest.raises(ValueError, match="supérieur à zéro"):
        FaitFacture("F", montant, date(2026, 1, 1), date(2026, 1, 1))
