"""Tout aperçu d'un document dit si l'IBAN vient de changer, et n'imprime jamais le demandé."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from recouvrement.equipe import actions
from relances.actions.planification import planifier
from relances.actions.scenarios import scenario_par_defaut
from relances.models import Etape, Relance
from tests.fabriques.changements import APRES, AVANT
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def un_lundi():
    with time_machine.travel(DIX_HEURES, tick=False):
        yield


def une_scene():
    """Une relance prévue, deux gestionnaires, un IBAN demandé par l'une."""
    creancier = un_creancier(iban=AVANT)
    claire = un_utilisateur(chez=creancier, nom_complet="Claire Kerbrat")
    paul = un_utilisateur(chez=creancier, nom_complet="Paul Audigier")
    scenario_par_defaut(creancier)
    echeance = LUNDI - timedelta(days=5)
    facture = une_facture(
        client=un_client(creancier=creancier),
        date_emission=echeance - timedelta(days=30),
        date_echeance=echeance,
    )
    planifier(creancier, au=LUNDI, maintenant=DIX_HEURES)
    [changement] = actions.regler(
        creancier, champs={"iban": APRES}, acteur=claire, maintenant=DIX_HEURES
    )
    return creancier, facture, changement, paul


def pages(creancier, facture):
    relance = Relance.objects.pour(creancier).get(client=facture.client)
    etape = Etape.objects.pour(creancier).get(cle="rappel", scenario__version=1)
    code, client = creancier.code, facture.client_id
    return [
        reverse("relances:relance", args=[code, relance.pk]),
        reverse("relances:apercu", args=[code, etape.pk]),
        reverse("relances:ecrire", args=[code, client]),
        reverse("relances:ecrire_lettre", args=[code, client]),
        reverse("relances:mise_en_demeure", args=[code, client]),
    ]


def serre(reponse):
    return "".join(reponse.content.decode().split())


def test_chaque_apercu_dit_la_demande_puis_le_changement_puis_plus_rien(client):
    creancier, facture, changement, paul = une_scene()
    client.force_login(paul)

    for page in pages(creancier, facture):
        reponse = client.get(page)
        assert reponse.status_code == 200, page
        assert "Changement d&#x27;IBAN demandé le" in reponse.content.decode(), page
        assert APRES not in serre(reponse)
    actions.approuver(changement, acteur=paul, maintenant=DIX_HEURES)
    for page in pages(creancier, facture):
        texte = client.get(page).content.decode()
        assert "IBAN changé le 23/11/2026" in texte, page
        assert "par Claire Kerbrat, approuvé par Paul Audigier" in texte
    with time_machine.travel(DIX_HEURES + timedelta(hours=25), tick=False):
        for page in pages(creancier, facture):
            assert "IBAN changé" not in client.get(page).content.decode(), page


def test_le_message_qui_partirait_porte_l_ancien_iban_tant_que_la_demande_attend(client):
    creancier, facture, changement, paul = une_scene()
    client.force_login(paul)
    relance = Relance.objects.pour(creancier).get(client=facture.client)
    message = reverse("relances:message_html", args=[creancier.code, relance.pk])

    assert AVANT in serre(client.get(message))
    assert APRES not in serre(client.get(message))
    actions.approuver(changement, acteur=paul, maintenant=DIX_HEURES)
    assert APRES in serre(client.get(message))
