"""Déposer un message : un destinataire, des octets exacts, un identifiant qui ne bouge pas."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import send_mail
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.courriel.actions.depot import CleDejaServie, identifiant
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.adresses import (
    AdresseRefusee,
    LigneRefusee,
    une_adresse,
    une_ligne,
)
from recouvrement.serveurs import ServeurSmtp
from tests.recouvrement.courriel.depots import un_depot


@pytest.mark.django_db
def test_la_meme_cle_rend_le_meme_envoi():
    assert un_depot().pk == un_depot(sujet="Autre").pk
    assert Envoi.objects.systeme().count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("etat", ["echec", "annule"])
def test_une_cle_qui_a_servi_ne_rend_pas_un_message_mort(etat):
    un_depot()
    Envoi.objects.systeme().update(etat=etat)
    with pytest.raises(CleDejaServie, match="il en faut un autre"):
        un_depot()


@pytest.mark.django_db
def test_sans_serveur_le_message_est_garde_et_avec_il_attend_son_tour(settings):
    settings.SERVEUR_SMTP = None
    assert un_depot().etat == EtatEnvoi.RETENU
    settings.SERVEUR_SMTP = ServeurSmtp("localhost", 25, "aucun", "", "")
    assert un_depot(cle="invitation:2").etat == EtatEnvoi.A_ENVOYER


@pytest.mark.django_db
def test_les_octets_gardes_sont_sept_bits_sous_notre_identifiant():
    envoi = un_depot()
    octets = bytes(envoi.octets)
    octets.decode("ascii")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    message = message_from_bytes(octets, policy=policy.default)
    assert message["Message-ID"] == envoi.message_id == identifiant("invitation:1")
    assert message.get_content().strip() == "À bientôt"
    assert envoi.expediteur == "compta@kerbrat.example"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "champs",
    [
        {"sujet": "Bonjour\nBcc: x@y.example"},
        {"sujet": "Bonjour\x00"},
        {"sujet": "Bonjour\u2028Bcc: x@y.example"},
        {"destinataire": "a@b.example>,<x@y.example"},
        {"destinataire": "a@b.example, x@y.example"},
        {"destinataire": "a@b.example\r\nRCPT TO:<x@y.example>"},
        {"destinataire": ""},
        {"expediteur": "compta\n@kerbrat.example"},
    ],
)
def test_une_injection_est_refusee_par_une_phrase(champs):
    with pytest.raises((AdresseRefusee, LigneRefusee)):
        un_depot(**champs)
    assert not Envoi.objects.systeme().exists()


@given(st.text(max_size=80))
def test_une_adresse_acceptee_n_ajoute_jamais_de_destinataire(texte):
    try:
        adresse = une_adresse(texte)
    except AdresseRefusee:
        return
    assert adresse.count("@") == 1
    assert not set(adresse) & set("<>, \r\n\x00")
    assert adresse.isascii()


@given(st.text(max_size=80))
def test_une_ligne_acceptee_tient_sur_une_ligne(texte):
    try:
        ligne = une_ligne(texte, nom="L'objet")
    except LigneRefusee:
        return
    assert len(ligne.splitlines()) <= 1


@pytest.mark.django_db
def test_les_messages_de_compte_passent_par_la_meme_boite(settings):
    settings.MAILERS = {"default": {"BACKEND": "recouvrement.courriel.adaptateurs.BoiteDeDepart"}}
    send_mail("Mot de passe", "Bonjour", None, ["a@duval.example", "b@duval.example"])
    envois = Envoi.objects.systeme().order_by("pk")
    assert [e.destinataire for e in envois] == ["a@duval.example", "b@duval.example"]
    assert all(e.nature == NatureEnvoi.COMPTE for e in envois)
