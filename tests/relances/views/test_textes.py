"""Tout texte de la petite langue se vérifie à l'écriture ; un ancien, mauvais, donne une phrase."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.courriel.depart.envoi import Arret
from relances.actions import decisions
from relances.actions.envoi import MetierRelance
from relances.actions.planification import planifier
from relances.enums import Canal, EtatRelance
from relances.models import Courrier, Etape, Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
MAUVAIS = ["Prix {{ voir annexe", "{{ inconnu }}", "{{#si total}}", "{{/si}}", "{{ total"]


@pytest.fixture(autouse=True)
def un_lundi():
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def debiteur():
    return un_client()


@pytest.fixture
def page(client, debiteur):
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.GESTIONNAIRE))
    return client


def adresse(nom, debiteur, *pk):
    return reverse(f"relances:{nom}", args=[debiteur.creancier.code, *pk])


@pytest.mark.parametrize("champ", ["sujet", "texte"])
@pytest.mark.parametrize("mauvais", MAUVAIS)
def test_une_lettre_et_un_courriel_disent_la_faute_a_cote_du_champ(page, debiteur, champ, mauvais):
    facture = une_facture(client=debiteur)
    saisi = {"factures": [facture.pk], "sujet": "Objet", "texte": "Texte", champ: mauvais}
    for nom, args in (("ecrire_lettre", [debiteur.pk]), ("ecrire", [debiteur.pk])):
        reponse = page.post(adresse(nom, debiteur, *args), saisi)
        assert reponse.status_code == 422, nom
        assert list(reponse.context["form"].errors) == [champ]
    lot = page.post(
        adresse("lot_lettres", debiteur),
        {"facture": [facture.pk], "confirme": "1"} | saisi,
    )
    assert lot.status_code == 422
    assert list(lot.context["form"].errors) == [champ]
    assert not Relance.objects.pour(debiteur.creancier).exists()


def une_ancienne(debiteur, canal, **champs):
    """Écrite avant qu'on ne vérifie."""
    return une_relance(debiteur, canal=canal, etape=None, texte=MAUVAIS[0], sujet="x", **champs)


def test_une_ancienne_lettre_mauvaise_se_refuse_par_une_phrase(page, debiteur):
    relance = une_ancienne(debiteur, Canal.COURRIER)
    reponse = page.post(adresse("lettre", debiteur, relance.pk))
    assert reponse.status_code == 422
    assert "{{ voir annexe" in reponse.content.decode()
    assert not Courrier.objects.pour(debiteur.creancier).exists()


def test_un_ancien_courriel_mauvais_s_ouvre_et_se_corrige(page, debiteur):
    relance = une_ancienne(
        debiteur, Canal.COURRIEL, etat=EtatRelance.A_VALIDER, destinataire="c@duval.example"
    )
    reponse = page.get(adresse("relance", debiteur, relance.pk))
    assert reponse.status_code == 422
    assert "écrivez {{ champ }}" in reponse.content.decode()
    assert page.get(adresse("message_html", debiteur, relance.pk)).status_code == 422
    corrige = {"sujet": "Objet", "texte": "Bonjour {{ client }}"}
    page.post(adresse("retoucher", debiteur, relance.pk), corrige)
    assert page.get(adresse("relance", debiteur, relance.pk)).status_code == 200


def test_l_apercu_d_une_ancienne_etape_dit_quoi_corriger(page, debiteur):
    une_relance(debiteur)
    etape = Etape.objects.pour(debiteur.creancier).get(cle="rappel")
    Etape.objects.pour(debiteur.creancier).filter(pk=etape.pk).update(texte=MAUVAIS[0])
    reponse = page.get(adresse("apercu", debiteur, etape.pk))
    assert reponse.status_code == 200
    assert "à corriger dans le scénario" in reponse.content.decode()


def test_un_texte_mauvais_n_arrete_pas_le_battement(debiteur):
    relance = une_ancienne(
        debiteur, Canal.COURRIEL, etat=EtatRelance.A_VALIDER, destinataire="c@duval.example"
    )
    maintenant = datetime(2026, 11, 23, 10, tzinfo=UTC)
    decisions.valider(relance, maintenant=maintenant, acteur=un_utilisateur())
    planifier(debiteur.creancier, au=maintenant.date(), maintenant=maintenant)
    relance.refresh_from_db()
    arret = MetierRelance().composer(relance.envoi, maintenant=maintenant)
    assert isinstance(arret, Arret)
    assert "Texte à corriger" in arret.motif


def test_la_signature_du_creancier_n_est_pas_un_gabarit(page, debiteur):
    type(debiteur.creancier).objects.filter(pk=debiteur.creancier.pk).update(
        signature="Cordialement {{ total }} {{ voir"
    )
    relance = une_relance(
        debiteur, canal=Canal.COURRIEL, etat=EtatRelance.A_VALIDER, destinataire="c@duval.example",
        sujet="Objet", texte="{{ signature }}",
    )  # fmt: skip
    html = page.get(adresse("relance", debiteur, relance.pk)).content.decode()
    assert "Cordialement {{ total }} {{ voir" in html
