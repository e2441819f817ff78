"""Deux personnes, deux onglets, un même solde."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from factures.actions import annuler_encaissement, encaisser
from factures.erreurs import EncaissementDejaAnnule, ImputationExcessive
from factures.models import Encaissement, Facture
from tests.fabriques.factures import un_encaissement, une_facture

pytestmark = pytest.mark.django_db(transaction=True)


def ensemble(geste, nombre=2):
    depart = Barrier(nombre)

    def un_fil(_):
        try:
            depart.wait()
            return geste()
        finally:
            connection.close()

    with ThreadPoolExecutor(nombre) as fils:
        return list(fils.map(un_fil, range(nombre)))


def test_deux_encaissements_simultanes_ne_soldent_pas_deux_fois():
    facture = une_facture()

    def tout_encaisser():
        try:
            encaisser(
                facture.client,
                montant=Decimal("1200.00"),
                recu_le=date(2026, 2, 10),
                moyen="virement",
                acteur=None,
                imputations=[(facture.pk, Decimal("1200.00"))],
            )
        except ImputationExcessive:
            return "refuse"
        return "encaisse"

    assert sorted(ensemble(tout_encaisser)) == ["encaisse", "refuse"]
    assert Encaissement.objects.pour(facture.creancier).count() == 1


def test_deux_encaissements_simultanes_sans_precision_laissent_l_excedent_disponible():
    facture = une_facture()

    def tout_encaisser():
        return encaisser(
            facture.client,
            montant=Decimal("1200.00"),
            recu_le=date(2026, 2, 10),
            moyen="virement",
            acteur=None,
        ).disponible

    # Dix jours de retard : 3,99 € d'intérêts (12,15 %) et 40 € que le second a de quoi payer.
    assert sorted(ensemble(tout_encaisser)) == [Decimal("0.00"), Decimal("1156.01")]


def test_un_double_clic_n_encaisse_qu_une_fois():
    facture, cle = une_facture(), uuid4()

    def cliquer():
        return encaisser(
            facture.client,
            montant=Decimal("200.00"),
            recu_le=date(2026, 2, 10),
            moyen="cheque",
            acteur=None,
            cle_saisie=cle,
        ).pk

    assert len(set(ensemble(cliquer, 3))) == 1
    assert Facture.objects.pour(facture.creancier).get().solde == Decimal("1000.00")


def test_deux_annulations_simultanees_ne_rendent_la_somme_qu_une_fois():
    facture = une_facture()
    encaissement = un_encaissement(facture)

    def annuler():
        try:
            annuler_encaissement(encaissement, motif="", acteur=None, le=date(2026, 2, 11))
        except EncaissementDejaAnnule:
            return "refuse"
        return "annule"

    assert sorted(ensemble(annuler)) == ["annule", "refuse"]
    assert Facture.objects.pour(facture.creancier).get().solde == Decimal("1200.00")
