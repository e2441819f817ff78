"""Le journal ne se récrit pas : la base elle-même le refuse, quel que soit celui qui écrit."""

import pytest
from django.db import DatabaseError, connection, transaction

from clients.actions import creer_client
from recouvrement.journal.models import Entree
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def entree():
    creancier = un_creancier()
    creer_client(creancier, nom="Duval", acteur=un_utilisateur(chez=creancier))
    return Entree.objects.pour(creancier).get()


@pytest.mark.parametrize(
    "requete",
    [
        "UPDATE journal_entree SET evenement = 'autre' WHERE id = %s",
        "UPDATE journal_entree SET acteur_id = NULL WHERE id = %s",
        "DELETE FROM journal_entree WHERE id = %s",
        "DELETE FROM journal_entree WHERE id >= %s",
    ],
)
def test_la_base_refuse_de_recrire_ou_d_effacer_une_entree(entree, requete):
    with (
        pytest.raises(DatabaseError, match="Le journal ne se modifie pas"),
        transaction.atomic(),
        connection.cursor() as curseur,
    ):
        curseur.execute(requete, [entree.pk])
    relue = Entree.objects.pour(entree.creancier).get()
    assert (relue.evenement, relue.acteur_id) == (entree.evenement, entree.acteur_id)


def test_vider_ou_remplacer_n_est_pas_une_facon_d_effacer(entree):
    vider = {
        "postgresql": "TRUNCATE journal_entree CASCADE",
        "sqlite": "REPLACE INTO journal_entree SELECT * FROM journal_entree",
    }
    # Les clés étrangères différées se vérifient ici : TRUNCATE n'attend plus rien d'autre.
    connection.check_constraints()
    with (
        pytest.raises(DatabaseError, match="Le journal ne se modifie pas"),
        transaction.atomic(),
        connection.cursor() as curseur,
    ):
        curseur.execute(vider[connection.vendor])
    assert Entree.objects.pour(entree.creancier).filter(pk=entree.pk).exists()
