"""Le nombre de Ma journée, partagé par les pages tant que rien ne s'est passé."""

from datetime import UTC, datetime, timedelta

import pytest

from clients.models import Client
from recouvrement.accueil.lectures import a_faire
from recouvrement.accueil.lectures.a_faire import Attente, combien
from recouvrement.comptes.models import Creancier
from relances.actions.decisions import annuler
from relances.enums import Canal, EtatRelance
from relances.models import Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 3, 16, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def commun(settings):
    a_faire._compte_commun.cache_clear()
    settings.COMPTE_COMMUN = 60
    yield
    a_faire._compte_commun.cache_clear()


@pytest.fixture
def client() -> Client:
    client = un_client(creancier=un_creancier())
    facture = une_facture(client=client)
    une_relance(client, canal=Canal.COURRIEL, factures=[facture], etat=EtatRelance.A_VALIDER)
    return client


def compter(creancier: Creancier, *, apres: int = 0) -> Attente:
    return combien([creancier], maintenant=MAINTENANT + timedelta(seconds=apres))


def test_d_une_page_a_l_autre_une_seule_lecture_courte(client, django_assert_num_queries):
    assert compter(client.creancier) == Attente(1, 1)

    with django_assert_num_queries(1):
        assert compter(client.creancier, apres=30) == Attente(1, 1)


def test_un_geste_se_voit_aussitot(client):
    compter(client.creancier)
    relance = Relance.objects.pour(client.creancier).get()

    annuler(relance, motif="Réglée", acteur=un_utilisateur(chez=client.creancier))

    assert compter(client.creancier, apres=1) == Attente(0, 0)


def test_ce_que_le_journal_ne_dit_pas_se_voit_dans_la_minute(client):
    compter(client.creancier)
    Relance.objects.pour(client.creancier).update(etat=EtatRelance.ANNULEE)

    assert compter(client.creancier, apres=30) == Attente(1, 1)
    assert compter(client.creancier, apres=60) == Attente(0, 0)


def test_le_geste_d_un_autre_creancier_n_y_change_rien(client, django_assert_num_queries):
    compter(client.creancier)
    ailleurs = un_client(creancier=un_creancier())
    une_relance(ailleurs, factures=[une_facture(client=ailleurs)], etat=EtatRelance.A_VALIDER)

    with django_assert_num_queries(1):
        assert compter(client.creancier) == Attente(1, 1)
