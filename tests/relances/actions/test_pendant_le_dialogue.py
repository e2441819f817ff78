"""Entre la composition et DATA, ce qui change du débiteur change le message."""

from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest

from clients.actions import etablir_nature
from clients.enums import NatureClient
from clients.models import Client
from factures.actions.conventions import poser_convention
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.equipe.actions import refermer_les_envois
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_avoir
from tests.relances.actions.test_envoi import LUNDI, envoyer, relue, une_relance_prevue

pytestmark = pytest.mark.django_db(transaction=True)


def le_texte(puits):
    [recu] = puits.lignes()
    lu = message_from_bytes(recu["octets"].encode(), policy=policy.default)
    return lu.get_body(("plain",)).get_content()


def une_fois(geste):
    faits = []

    def au_point(nom):
        if nom == "apres_rcpt" and not faits:
            faits.append(geste())

    return au_point


def une_relance_ferme():
    relance = une_relance_prevue()
    relance.texte = "Bonjour, {{ total }}. {{ accessoires }}"
    relance.save(update_fields=["texte"])
    return relance


def le_client(relance):
    return Client.objects.pour(relance.creancier).select_related("creancier").get()


def test_sans_rien_le_message_dit_les_40_euros(puits, transport):
    une_relance_ferme()
    assert envoyer(transport) == EtatEnvoi.ENVOYE
    assert "40\u00a0€" in le_texte(puits)


@pytest.mark.parametrize("nature", [NatureClient.PARTICULIER, NatureClient.INCONNUE])
def test_un_debiteur_reconnu_particulier_ne_recoit_pas_les_40_euros(puits, transport, nature):
    relance = une_relance_ferme()

    def etablir():
        etablir_nature(
            [le_client(relance)], nature=nature, le=LUNDI,
            acteur=un_utilisateur(chez=relance.creancier),
        )  # fmt: skip

    assert envoyer(transport, points=une_fois(etablir)) == EtatEnvoi.ENVOYE
    assert "40\u00a0€" not in le_texte(puits)


def test_une_renonciation_retire_ce_a_quoi_on_renonce(puits, transport):
    relance = une_relance_ferme()

    def renoncer():
        poser_convention(
            relance.creancier, client=le_client(relance), renonce_interets=True,
            renonce_indemnite=True, motif="Accord", le=LUNDI,
            acteur=un_utilisateur(chez=relance.creancier),
        )  # fmt: skip

    assert envoyer(transport, points=une_fois(renoncer)) == EtatEnvoi.ENVOYE
    assert "40\u00a0€" not in le_texte(puits)


def test_un_avoir_enregistre_se_deduit(puits, transport):
    relance = une_relance_ferme()

    def ouvrir_un_avoir():
        un_avoir(
            client=le_client(relance),
            montant_ttc=Decimal("200.00"),
            date_emission=LUNDI - timedelta(days=1),
            date_echeance=LUNDI,
        )

    assert envoyer(transport, points=une_fois(ouvrir_un_avoir)) == EtatEnvoi.ENVOYE
    assert relue(relance).envoi.somme == Decimal("1000.00")
    assert "1\u202f200,00" not in le_texte(puits).split("40")[0]


def test_des_envois_refermes_retiennent_le_message(puits, transport):
    relance = une_relance_ferme()
    acteur = un_utilisateur(chez=relance.creancier)

    def refermer():
        refermer_les_envois(relance.creancier, acteur=acteur)

    assert envoyer(transport, points=une_fois(refermer)) == EtatEnvoi.A_ENVOYER
    assert puits.lignes() == []
