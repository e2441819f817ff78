"""L'argent et les preuves ne se récrivent pas, même en SQL ; le métier garde ses gestes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from clients.actions import fusionner
from factures.actions import annuler_encaissement, deposer_piece
from factures.models import Encaissement, Imputation, Piece
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture

pytestmark = pytest.mark.django_db


@pytest.fixture
def recu():
    facture = une_facture()
    recu = un_encaissement(facture)
    deposer_piece(
        facture.client,
        facture=facture,
        nature="contrat",
        intitule="Contrat",
        nom_fichier="contrat.txt",
        octets=b"lu et approuve",
        acteur=None,
    )
    return recu


@pytest.mark.parametrize(
    "ordre",
    [
        "UPDATE factures_encaissement SET montant = montant + 1",
        "UPDATE factures_encaissement SET recu_le = '2020-01-01'",
        "UPDATE factures_encaissement SET moyen = 'especes'",
        "UPDATE factures_imputation SET montant = montant - 1",
        "UPDATE factures_imputation SET accessoires = accessoires - 1, montant = montant + 0.5",
        "UPDATE factures_imputation SET montant = montant - 1, accessoires = accessoires + 1",
        "UPDATE factures_encaissement SET ordre = 'principal_dabord'",
        "UPDATE factures_imputation SET le = '2020-01-01'",
        "DELETE FROM factures_imputation",
        "DELETE FROM factures_encaissement",
        "UPDATE factures_piece SET empreinte = '0000'",
        "UPDATE factures_piece SET deposee_le = '2020-01-01 00:00:00'",
        "DELETE FROM factures_piece",
    ],
)
def test_la_base_refuse_de_recrire_l_argent_et_les_preuves(recu, ordre):
    assert Imputation.objects.pour(recu.creancier).exists()
    connection.check_constraints()
    with (
        pytest.raises(DatabaseError, match="ne se récrit pas"),
        transaction.atomic(),
        connection.cursor() as curseur,
    ):
        curseur.execute(ordre)


def test_une_part_peut_grandir_et_ses_accessoires_revenir_au_nominal(recu):
    [part] = Imputation.objects.pour(recu.creancier)
    siennes = Imputation.objects.pour(recu.creancier).filter(pk=part.pk)
    siennes.update(accessoires=Decimal("0.30"))
    assert siennes.update(montant=part.montant + Decimal("0.10"), accessoires=Decimal("0.20")) == 1
    # Plus dus, ils se rendent ; rien ne se perd, et le nominal payé le reste.
    assert siennes.update(accessoires=Decimal("0.05"), rendus=Decimal("0.15")) == 1
    for faute in (
        {"accessoires": Decimal("-0.10")},
        {"accessoires": Decimal("0.00")},
        {"rendus": Decimal("0.10")},
        {"montant": part.montant, "rendus": Decimal("1.00")},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            siennes.update(**faute)


def test_remplacer_une_ligne_n_est_pas_une_facon_de_la_recrire(recu):
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE n'existe que sur SQLite.")
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA recursive_triggers = OFF")
        try:
            for table in ("factures_encaissement", "factures_imputation", "factures_piece"):
                with pytest.raises(DatabaseError, match="ne se récrit pas"), transaction.atomic():
                    curseur.execute(f"REPLACE INTO {table} SELECT * FROM {table}")
        finally:
            curseur.execute("PRAGMA recursive_triggers = ON")


def test_annuler_et_reunir_deux_fiches_restent_permis(recu):
    garde = un_client(creancier=recu.creancier)
    fusionner(
        garde,
        recu.client,
        le=date(2026, 3, 1),
        acteur=un_utilisateur(chez=recu.creancier),
    )
    recu.refresh_from_db()
    assert recu.client == garde
    assert Piece.objects.pour(recu.creancier).get().client == garde
    annuler_encaissement(recu, motif="Chèque rejeté", acteur=None, le=date(2026, 3, 2))
    contre = Encaissement.objects.pour(recu.creancier).get(annule=recu)
    assert contre.montant == -recu.montant
    recu.refresh_from_db()
    assert recu.disponible == Decimal("0.00")
