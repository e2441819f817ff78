"""Dire la nature d'un client : un geste, défaisable, qui dit d'où elle vient."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.actions import etablir_nature
from clients.enums import NatureClient, SourceNature
from clients.erreurs import NatureDejaDite
from clients.models import Client, Qualification
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
LE = date(2026, 9, 3)
MAINTENANT = datetime(2026, 9, 4, 9, tzinfo=UTC)


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier)


@pytest.fixture
def inconnus(creancier):
    return [un_client(creancier=creancier, nature="inconnue") for _ in range(2)]


def relu(client):
    client = Client.objects.pour(client.creancier).get(pk=client.pk)
    return client.nature, client.nature_source, client.nature_le


def test_la_reponse_d_une_personne_se_date_et_s_inscrit(inconnus, acteur):
    client, _ = inconnus
    etablir_nature([client], nature=NatureClient.PARTICULIER, le=LE, acteur=acteur)

    assert relu(client) == ("particulier", "personne", LE)
    entree = Entree.objects.pour(client.creancier).filter(evenement="nature_etablie").get()
    assert (entree.cible_id, entree.donnees["nature"]) == (client.pk, "particulier")


def test_une_reponse_vaut_pour_plusieurs_et_s_annule_pour_tous(inconnus, acteur):
    geste = etablir_nature(inconnus, nature=NatureClient.PROFESSIONNEL, le=LE, acteur=acteur)
    assert {relu(client)[0] for client in inconnus} == {"professionnel"}

    annuler_geste(geste, acteur=acteur, maintenant=MAINTENANT)
    assert {relu(client) for client in inconnus} == {("inconnue", "", None)}


def test_annuler_rend_ce_que_l_on_savait_et_d_ou_on_le_tenait(inconnus, acteur):
    client, _ = inconnus
    etablir_nature(
        [client], nature=NatureClient.PUBLIC, le=LE, acteur=acteur, source=SourceNature.NOM
    )
    geste = etablir_nature(
        [client], nature=NatureClient.PROFESSIONNEL, le=date(2026, 9, 4), acteur=acteur
    )
    annuler_geste(geste, acteur=acteur, maintenant=MAINTENANT)
    assert relu(client) == ("public", "nom", LE)


def test_une_reponse_plus_recente_tient(inconnus, acteur):
    client, _ = inconnus
    premier = etablir_nature([client], nature=NatureClient.PUBLIC, le=LE, acteur=acteur)
    etablir_nature([client], nature=NatureClient.PARTICULIER, le=LE, acteur=acteur)

    with pytest.raises(ErreurMetier, match="dite de nouveau depuis"):
        annuler_geste(premier, acteur=acteur, maintenant=MAINTENANT)
    assert relu(client)[0] == "particulier"


def test_redire_la_meme_chose_ne_laisse_pas_de_trace(inconnus, acteur):
    client, _ = inconnus
    etablir_nature([client], nature=NatureClient.PUBLIC, le=LE, acteur=acteur)
    with pytest.raises(NatureDejaDite):
        etablir_nature([client], nature=NatureClient.PUBLIC, le=LE, acteur=acteur)
    assert Qualification.objects.pour(client.creancier).count() == 1


def test_dire_que_l_on_ne_sait_plus_la_rend_inconnue(creancier, acteur):
    client = un_client(creancier=creancier)
    etablir_nature([client], nature=NatureClient.INCONNUE, le=LE, acteur=acteur)
    assert relu(client) == ("inconnue", "", None)


def test_dire_et_annuler_pour_beaucoup_ne_coute_pas_une_requete_de_plus(creancier, acteur):
    def requetes(nombre):
        clients = [un_client(creancier=creancier, nature="inconnue") for _ in range(nombre)]
        with CaptureQueriesContext(connection) as dire:
            geste = etablir_nature(clients, nature=NatureClient.PUBLIC, le=LE, acteur=acteur)
        with CaptureQueriesContext(connection) as annuler:
            annuler_geste(geste, acteur=acteur, maintenant=MAINTENANT)
        assert {relu(client)[0] for client in clients} == {"inconnue"}
        return len(dire), len(annuler)

    assert requetes(1) == requetes(3)
