"""La page d'un geste : ce qu'il a écrit, « Annuler », ou pourquoi pas."""

from datetime import UTC, date, datetime

import pytest

from contentieux.actions import avancer, ouvrir_dossier
from contentieux.enums import EtatDossier, Voie
from factures.actions import clore_litige
from factures.enums import IssueLitige
from factures.models import Litige
from recouvrement.comptes.enums import Role
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from relances.actions.appels import Suite, consigner_appel
from relances.enums import Issue
from relances.models import Appel
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
# Un lundi, 10 h à Paris.
LE = datetime(2026, 3, 2, 9, tzinfo=UTC)
JOUR = date(2026, 3, 2)


@pytest.fixture
def client_du():
    return un_client()


def appeler(client, acteur, issue, **options):
    return consigner_appel(client, issue=issue, maintenant=LE, acteur=acteur, **options)


def contester(client, acteur, facture):
    return appeler(client, acteur, Issue.CONTESTE, suite=Suite(factures=(facture,)))


@pytest.fixture
def assistante(client, client_du):
    personne = un_utilisateur(chez=client_du.creancier, role=Role.ASSISTANTE)
    client.force_login(personne)
    return personne


def test_le_fil_mene_au_geste_et_la_page_propose_ou_dit_pourquoi(client, client_du, assistante):
    facture = une_facture(client=client_du)
    appel = contester(client_du, assistante, facture)
    assert (
        appel.geste.get_absolute_url() in client.get(client_du.get_absolute_url()).content.decode()
    )
    page = client.get(appel.geste.get_absolute_url()).content.decode()
    assert appel.geste.adresse_d_annulation in page
    assert "Litige ouvert" in page

    litige = Litige.objects.pour(client_du.creancier).get()
    clore_litige(litige, issue=IssueLitige.FONDE, le=JOUR, acteur=assistante)

    page = client.get(appel.geste.get_absolute_url()).content.decode()
    assert "a été tranché depuis" in page
    assert appel.geste.adresse_d_annulation not in page
    suivie = client.post(appel.geste.adresse_d_annulation, follow=True)
    assert "a été tranché depuis" in suivie.content.decode()


def test_un_appel_d_avant_dit_qu_il_ne_s_annule_plus(client, client_du, assistante):
    Appel.objects.create(
        creancier=client_du.creancier, client=client_du, issue="delai", appele_le=LE,
        auteur=assistante,
    )  # fmt: skip
    page = client.get(client_du.get_absolute_url()).content.decode()
    assert "Ne peut plus être annulé : enregistré avant" in page


def test_une_etape_de_dossier_ne_s_annule_que_par_qui_la_decide(client, client_du, assistante):
    gestionnaire = un_utilisateur(chez=client_du.creancier)
    dossier = ouvrir_dossier(
        client_du, factures=[une_facture(client=client_du)], voie=Voie.INJONCTION_TC, le=JOUR,
        acteur=gestionnaire,
    )  # fmt: skip
    avancer(dossier, etat=EtatDossier.DEPOSE, le=JOUR, note="", acteur=gestionnaire)
    etape = Geste.objects.pour(client_du.creancier).get(genre=Genre.ETAPE)
    assert client.post(etape.adresse_d_annulation).status_code == 403


def test_la_lecture_voit_le_geste_sans_le_defaire(client, client_du):
    lecteur = un_utilisateur(chez=client_du.creancier, role=Role.LECTURE)
    client.force_login(lecteur)
    geste = appeler(client_du, un_utilisateur(), Issue.DELAI).geste
    page = client.get(geste.get_absolute_url())
    assert page.status_code == 200
    assert geste.adresse_d_annulation not in page.content.decode()
    assert client.post(geste.adresse_d_annulation).status_code == 403


def test_le_fil_ne_demande_rien_de_plus_par_geste(
    client, client_du, assistante, django_assert_max_num_queries
):
    def requetes():
        with django_assert_max_num_queries(200) as vues:
            client.get(client_du.get_absolute_url())
        return len(vues)

    contester(client_du, assistante, une_facture(client=client_du))
    requetes()
    une = requetes()
    for _ in range(2):
        contester(client_du, assistante, une_facture(client=client_du))
    assert requetes() == une
