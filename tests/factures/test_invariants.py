"""Quelle que soit la suite des gestes, le solde est le montant moins les imputations."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factures.actions import annuler_encaissement, encaisser, imputer
from factures.lectures.soldes import ecarts_de_solde
from factures.models import Encaissement, Facture, Imputation
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO
from tests.fabriques.clients import un_client
from tests.fabriques.factures import une_facture

LE = date(2026, 2, 10)
montants = st.integers(1, 200_000).map(lambda centimes: Decimal(centimes).scaleb(-2))
gestes = st.lists(
    st.one_of(
        st.tuples(st.just("encaisser"), montants),
        st.tuples(st.just("repartir"), st.tuples(montants, montants, montants)),
        st.tuples(st.just("annuler"), st.integers(0, 10)),
        st.tuples(st.just("imputer"), st.integers(0, 10)),
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(suite=gestes)
def test_le_solde_est_le_montant_moins_les_imputations(suite, db):
    client = un_client()
    creancier = client.creancier
    factures = [une_facture(client=client), une_facture(client=client)]
    for geste, valeur in suite:
        encaissements = list(Encaissement.objects.pour(creancier).order_by("pk"))
        try:
            if geste == "encaisser":
                encaisser(client, montant=valeur, recu_le=LE, moyen="virement", acteur=None)
            elif geste == "repartir":
                recu, une, autre = valeur
                parts = [(factures[0].pk, une), (factures[1].pk, autre)]
                encaisser(
                    client, montant=recu, recu_le=LE, moyen="cheque", acteur=None, imputations=parts
                )
            elif encaissements and geste == "annuler":
                choisi = encaissements[valeur % len(encaissements)]
                annuler_encaissement(choisi, motif="", acteur=None, le=LE)
            elif encaissements:
                imputer(encaissements[valeur % len(encaissements)], acteur=None)
        except ErreurMetier:
            pass
    for facture in Facture.objects.pour(creancier):
        imputes = Imputation.objects.pour(creancier).filter(facture=facture)
        somme = sum(imputes.values_list("montant", flat=True), ZERO)
        assert facture.solde == facture.montant_ttc - somme
        assert (facture.soldee_le is not None) is (facture.solde == ZERO)
    assert list(ecarts_de_solde(creancier)) == []
