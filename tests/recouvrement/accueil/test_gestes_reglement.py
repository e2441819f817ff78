"""Revenir sur un règlement : une saisie à tort n'est pas un chèque rejeté."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from factures.actions import annuler_encaissement, encaisser
from recouvrement.accueil.actions import annuler_geste
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
JOUR = date(2026, 3, 2)


def test_un_reglement_saisi_a_tort_ne_recommence_pas_le_scenario():
    """Il n'a jamais rien soldé ; un chèque rejeté, si : la facture redue repart au début."""
    client = un_client()
    acteur = un_utilisateur(chez=client.creancier)
    facture = une_facture(client=client)
    cycle = facture.cycle

    def solder():
        return encaisser(
            client, montant=Decimal(1200), recu_le=JOUR, moyen="virement", acteur=acteur
        )

    annuler_geste(solder().geste, acteur=acteur, maintenant=timezone.now())
    facture.refresh_from_db()
    assert (facture.cycle, facture.soldee_le) == (cycle, None)

    annuler_encaissement(solder(), motif="Chèque rejeté", acteur=acteur, le=JOUR)
    facture.refresh_from_db()
    assert facture.cycle == cycle + 1
