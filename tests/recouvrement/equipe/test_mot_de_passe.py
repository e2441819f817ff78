"""Changer de mot de passe, l'oublier, et ce que la personne en apprend par courriel."""

import re
import time
from email import message_from_bytes, policy

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from django.core import mail
from django.test import Client
from django.urls import reverse

from recouvrement.courriel.models import Envoi
from recouvrement.equipe.forms.membres import DUREE_D_UNE_REPONSE
from recouvrement.journal.models import Entree
from tests.recouvrement.equipe.test_connexion import (
    NOUVEAU,
    SECRET,
    code_du_moment,
    entrer,
    est_connecte,
    nadege,
)

pytestmark = pytest.mark.django_db


BOITE = "recouvrement.courriel.adaptateurs.BoiteDeDepart"


@pytest.fixture
def boite(settings):
    """La vraie boîte de départ, que la suite remplace d'ordinaire par celle de Django."""
    settings.MAILERS = {"default": {"BACKEND": BOITE}}


def test_changer_de_mot_de_passe_ferme_les_autres_sessions_et_garde_la_sienne(client):
    nadege()
    ailleurs = Client()
    entrer(client)
    entrer(ailleurs)

    reponse = client.post(
        reverse("account_change_password"),
        {
            "oldpassword": SECRET,
            "password1": "quatre-chevaux-de-bois",
            "password2": "quatre-chevaux-de-bois",
        },
    )

    assert reponse.status_code == 302
    assert est_connecte(client)
    assert not est_connecte(ailleurs)
    evenements = Entree.objects.systeme().order_by("id").values_list("evenement", flat=True)
    assert list(evenements) == ["connexion", "connexion", "mot_de_passe_change"]


def test_un_mot_de_passe_trop_court_est_refuse_en_francais(client):
    nadege()
    entrer(client)

    reponse = client.post(
        reverse("account_change_password"),
        {"oldpassword": SECRET, "password1": "court", "password2": "court"},
    )

    assert "12 caractères" in str(reponse.context["form"].errors)


def test_le_mot_de_passe_oublie_repond_pareil_et_n_ecrit_qu_au_compte_qui_existe(client):
    nadege()
    oubli = reverse("account_reset_password")

    connu = client.post(oubli, {"email": "nadege@exemple.example"})
    inconnu = client.post(oubli, {"email": "personne@exemple.example"})

    assert (connu.status_code, connu.url) == (inconnu.status_code, inconnu.url)
    destinataires = [
        *(e.destinataire for e in Envoi.objects.systeme()),
        *(d for m in getattr(mail, "outbox", []) for d in m.to),
    ]
    assert destinataires == ["nadege@exemple.example"]


def messages_deposes() -> list[tuple[str, str, str]]:
    """(destinataire, sujet, corps) de ce que les pages du compte ont déposé."""
    lus = []
    for envoi in Envoi.objects.systeme().order_by("pk"):
        message = message_from_bytes(bytes(envoi.octets), policy=policy.default)
        lus.append((envoi.destinataire, envoi.sujet, message.get_body().get_content()))
    return lus


def test_un_mot_de_passe_change_s_apprend_par_courriel(client, boite):
    nadege()
    entrer(client)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": SECRET, "password1": NOUVEAU, "password2": NOUVEAU},
    )

    [(destinataire, sujet, corps)] = messages_deposes()
    assert destinataire == "nadege@exemple.example"
    assert sujet == "Recouvrement : mot de passe changé"
    assert "Le mot de passe de votre compte vient d’être changé." in corps
    assert "Si vous n’y êtes pour rien" in corps
    assert "127.0.0.1" in corps


@pytest.mark.django_db(transaction=True)
def test_la_double_authentification_activee_puis_retiree_s_apprend_par_courriel(client, boite):
    nadege()
    entrer(client)
    client.post(reverse("account_reauthenticate"), {"password": SECRET})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    client.post(reverse("mfa_activate_totp"), {"code": code_du_moment(secret)})
    client.post(reverse("mfa_deactivate_totp"))

    assert [sujet for _, sujet, _ in messages_deposes()] == [
        "Recouvrement : double authentification activée",
        "Recouvrement : double authentification désactivée",
    ]
    assert not Authenticator.objects.exists()


def test_le_mot_de_passe_oublie_de_bout_en_bout(client, boite):
    compte = nadege()
    ailleurs = Client()
    entrer(ailleurs)
    # Quelqu'un a épuisé les essais : la personne se remet à l'abri par son courriel.
    for _ in range(5):
        entrer(client, mot_de_passe="faux")
    client.post(reverse("account_reset_password"), {"email": "nadege@exemple.example"})
    [(_, _, corps)] = messages_deposes()
    lien = re.search(r"https?://[^/]+(/compte/password/reset/key/\S+)", corps)[1]

    page = client.get(lien, follow=True)
    reponse = client.post(page.request["PATH_INFO"], {"password1": NOUVEAU, "password2": NOUVEAU})

    assert reponse.status_code == 302
    compte.refresh_from_db()
    assert compte.check_password(NOUVEAU)
    assert not est_connecte(ailleurs)
    entrer(client, mot_de_passe=NOUVEAU)
    assert est_connecte(client)
    assert "Ce lien ne sert plus" in Client().get(lien, follow=True).content.decode()
    assert [sujet for _, sujet, _ in messages_deposes()][1:] == [
        "Recouvrement : mot de passe changé"
    ]


def test_un_mot_de_passe_oublie_ne_dispense_pas_du_code(client, boite):
    compte = nadege()
    TOTP.activate(compte, generate_totp_secret())
    client.post(reverse("account_reset_password"), {"email": "nadege@exemple.example"})
    [(_, _, corps)] = messages_deposes()
    lien = re.search(r"https?://[^/]+(/compte/password/reset/key/\S+)", corps)[1]
    page = client.get(lien, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NOUVEAU, "password2": NOUVEAU})

    assert entrer(client, mot_de_passe=NOUVEAU).url == reverse("mfa_authenticate")
    assert not est_connecte(client)


def test_trop_de_demandes_se_disent_en_francais(client):
    for _ in range(6):
        reponse = client.post(reverse("account_reset_password"), {"email": "a@exemple.example"})

    assert reponse.status_code == 429
    assert "Trop d’essais en peu de temps" in reponse.content.decode()


def test_un_mot_de_passe_refait_rouvre_la_porte_a_qui_n_etait_jamais_entre(client, boite):
    nadege()
    client.post(reverse("account_reset_password"), {"email": "nadege@exemple.example"})
    [(_, _, corps)] = messages_deposes()
    lien = re.search(r"https?://[^/]+(/compte/password/reset/key/\S+)", corps)[1]
    page = client.get(lien, follow=True)
    for _ in range(5):
        entrer(Client(), mot_de_passe="faux")

    client.post(page.request["PATH_INFO"], {"password1": NOUVEAU, "password2": NOUVEAU})
    entrer(client, mot_de_passe=NOUVEAU)

    assert est_connecte(client)


def test_la_duree_ne_dit_pas_si_un_compte_existe(client, boite):
    nadege()
    durees = []
    for courriel in ("nadege@exemple.example", "personne@exemple.example"):
        debut = time.monotonic()
        client.post(reverse("account_reset_password"), {"email": courriel})
        durees.append(time.monotonic() - debut)

    assert min(durees) >= DUREE_D_UNE_REPONSE
