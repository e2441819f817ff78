"""Les contacts en copie : dans l'enveloppe et l'en-tête, figés, jamais contre leur gré."""

from email import message_from_bytes, policy

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from clients.actions import marquer_coordonnee
from clients.enums import Validite
from clients.models import Coordonnee
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from tests.fabriques.clients import un_client, un_contact, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.relances.actions.test_envoi import (
    LUNDI,
    envoyer,
    relue,
    une_relance_prevue,
)

pytestmark = pytest.mark.django_db(transaction=True)


def en_copie(relance, valeur, *, nom="Odile Le Bihan", **champs):
    contact = un_contact(relance.client, nom=nom, en_copie=True)
    return une_coordonnee(relance.client, contact=contact, valeur=valeur, **champs)


def cc(relance) -> str | None:
    lu = message_from_bytes(bytes(relance.envoi.octets), policy=policy.default)
    return lu["Cc"]


def test_la_copie_est_dans_l_enveloppe_dans_l_en_tete_et_sur_la_page(puits, transport, client):
    relance = une_relance_prevue()
    en_copie(relance, "gerance@lebihan.example")
    acteur = un_utilisateur(chez=relance.creancier)
    client.force_login(acteur)
    page = reverse("relances:relance", args=[relance.creancier.code, relance.pk])
    assert "Odile Le Bihan, gerance@lebihan.example" in client.get(page).content.decode()

    assert envoyer(transport) == EtatEnvoi.ENVOYE

    relance = relue(relance)
    [recu] = puits.lignes()
    assert recu["a"] == [relance.destinataire, "gerance@lebihan.example"]
    assert cc(relance) == "Odile Le Bihan <gerance@lebihan.example>"
    assert relance.envoi.copies == "gerance@lebihan.example"
    assert "gerance@lebihan.example" in client.get(page).content.decode()
    fil = client.get(relance.client.get_absolute_url()).content.decode()
    assert "copie à gerance@lebihan.example" in fil


def test_sans_contact_en_copie_le_message_n_a_pas_de_cc(puits, transport):
    relance = une_relance_prevue()
    une_coordonnee(relance.client, contact=un_contact(relance.client), valeur="b@lebihan.example")
    envoyer(transport)
    relance = relue(relance)
    assert (cc(relance), relance.envoi.copies) == (None, "")
    assert puits.lignes()[0]["a"] == [relance.destinataire]


@pytest.mark.parametrize("validite", [Validite.INVALIDE, Validite.OPPOSITION])
def test_une_adresse_invalide_ou_opposee_n_est_jamais_en_copie(puits, transport, validite):
    relance = une_relance_prevue()
    en_copie(relance, "gerance@lebihan.example")
    # Opposée chez un contact, la même adresse ne sert pas chez l'autre.
    autre = un_contact(relance.client, nom="Yann")
    une_coordonnee(
        relance.client, contact=autre, valeur="Gerance@lebihan.example", validite=validite
    )
    envoyer(transport)
    assert puits.lignes()[0]["a"] == [relance.destinataire]
    assert cc(relue(relance)) is None


def test_l_adresse_principale_n_est_pas_aussi_en_copie(puits, transport):
    relance = une_relance_prevue()
    relance.client.contacts.update(en_copie=True)
    envoyer(transport)
    assert puits.lignes()[0]["a"] == [relance.destinataire]


def test_deux_debiteurs_ne_sont_jamais_dans_le_meme_message(puits, transport):
    creancier = un_creancier()
    premiere = une_relance_prevue(creancier=creancier)
    seconde = une_relance_prevue(creancier=creancier)
    en_copie(premiere, "gerance@lebihan.example")
    en_copie(seconde, "siege@quai.example")
    for _ in range(2):
        assert envoyer(transport) == EtatEnvoi.ENVOYE
    recus = {tuple(recu["a"]) for recu in puits.lignes()}
    assert recus == {
        (premiere.destinataire, "gerance@lebihan.example"),
        (seconde.destinataire, "siege@quai.example"),
    }


def test_une_opposition_pendant_le_dialogue_retire_la_copie(puits, transport):
    relance = une_relance_prevue()
    copie = en_copie(relance, "gerance@lebihan.example")

    def s_opposer(nom):
        if nom == "apres_rcpt":
            marquer_coordonnee(
                Coordonnee.objects.pour(relance.creancier)
                .select_related("client")
                .get(pk=copie.pk),
                validite=Validite.OPPOSITION,
                motif="Ne plus m'écrire",
                le=LUNDI,
                acteur=None,
            )

    assert envoyer(transport, points=s_opposer) == EtatEnvoi.A_ENVOYER
    assert puits.lignes() == []
    assert envoyer(transport) == EtatEnvoi.ENVOYE
    assert puits.lignes()[0]["a"] == [relance.destinataire]


def test_une_copie_dont_la_boite_n_existe_pas_ne_prive_pas_le_debiteur(puits, transport):
    relance = une_relance_prevue()
    en_copie(relance, "rcpt550@lebihan.example")
    assert envoyer(transport) == EtatEnvoi.A_ENVOYER
    assert envoyer(transport) == EtatEnvoi.ENVOYE
    relance = relue(relance)
    assert (cc(relance), relance.envoi.copies) == (None, "")
    morte = Coordonnee.objects.pour(relance.creancier).get(valeur="rcpt550@lebihan.example")
    assert morte.validite == Validite.INVALIDE
    principale = Coordonnee.objects.pour(relance.creancier).get(valeur=relance.destinataire)
    assert principale.validite == Validite.INCONNUE


def test_ce_qui_est_parti_en_copie_ne_se_recrit_pas(puits, transport):
    relance = une_relance_prevue()
    en_copie(relance, "gerance@lebihan.example")
    envoyer(transport)
    envoi = relue(relance).envoi
    with pytest.raises(DatabaseError), transaction.atomic():
        Envoi.objects.systeme().filter(pk=envoi.pk).update(copies="")
    assert Envoi.objects.systeme().get(pk=envoi.pk).copies == "gerance@lebihan.example"


def test_le_contact_se_met_en_copie_depuis_sa_page(client):
    debiteur = un_client()
    client.force_login(un_utilisateur(chez=debiteur.creancier))
    contact = debiteur.contacts.get()
    page = reverse("clients:contact", args=[debiteur.creancier.code, debiteur.pk, contact.pk])
    client.post(page, {"nom": contact.nom, "en_copie": "on"})
    assert debiteur.contacts.get().en_copie
    liste = client.get(reverse("clients:contacts", args=[debiteur.creancier.code, debiteur.pk]))
    assert "en copie des relances" in liste.content.decode()
