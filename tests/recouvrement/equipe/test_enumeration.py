"""Qui n'est pas connecté n'apprend pas qui a un compte ; tout lien est celui du site."""

import re

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.analyse import analyser
from recouvrement.equipe import actions
from recouvrement.equipe.models import Invitation
from tests.appuis.porte import vue_de_l_intrus
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.recouvrement.equipe.test_connexion import NOUVEAU, SECRET
from tests.recouvrement.equipe.test_mot_de_passe import BOITE

pytestmark = pytest.mark.django_db
CONNU, INCONNU, INACTIF = (f"{nom}@exemple.example" for nom in ("nadege", "personne", "partie"))


@pytest.fixture(autouse=True)
def comptes(settings):
    settings.MAILERS = {"default": {"BACKEND": BOITE}}
    settings.ACCOUNT_RATE_LIMITS = False
    un_utilisateur(email=CONNU, mot_de_passe=SECRET)
    un_utilisateur(email=INACTIF, mot_de_passe=SECRET, is_active=False)


def comparer(faire):
    """Les trois sortes d'adresses donnent à voir exactement la même chose."""
    vues = [vue_de_l_intrus(faire(adresse), saisi=adresse) for adresse in (CONNU, INCONNU, INACTIF)]
    assert vues[0] == vues[1] == vues[2]
    return vues[0]


def oublier(adresse, **options):
    return Client().post(reverse("account_reset_password"), {"email": adresse}, **options)


def test_la_connexion_manquee(settings):
    etat, *_ = comparer(
        lambda a: Client().post(reverse("account_login"), {"login": a, "password": "faux"})
    )
    assert etat == 200


def test_le_mot_de_passe_oublie():
    etat, *_ = comparer(oublier)
    assert etat == 302
    assert [e.destinataire for e in Envoi.objects.de_compte()] == [CONNU]


@pytest.mark.parametrize("expediteur", ["ne-pas-repondre@192.0.2.7", "pas une adresse", "a@b\n"])
def test_un_expediteur_impossible_ne_trahit_personne(settings, expediteur):
    """Le message du compte connu ne peut pas s'écrire : 500 d'un côté, 302 de l'autre."""
    settings.DEFAULT_FROM_EMAIL = expediteur
    etat, *_ = comparer(oublier)
    assert etat == 302
    assert not Envoi.objects.de_compte().exists()


def test_un_message_qui_ne_peut_pas_s_ecrire_n_empeche_pas_de_changer_de_mot_de_passe(
    client, settings
):
    client.post(reverse("account_login"), {"login": CONNU, "password": SECRET})
    settings.DEFAULT_FROM_EMAIL = "ne-pas-repondre@192.0.2.7"
    reponse = client.post(
        reverse("account_change_password"),
        {"oldpassword": SECRET, "password1": NOUVEAU, "password2": NOUVEAU},
    )
    assert reponse.status_code == 302
    assert Client().login(email=CONNU, password=NOUVEAU)


def test_changer_de_mot_de_passe_sans_etre_connecte():
    etat, *_ = comparer(
        lambda a: Client().post(reverse("account_change_password"), {"oldpassword": SECRET})
    )
    assert etat == 302


def test_inviter_repond_pareil_au_gestionnaire():
    creancier = un_creancier()
    gestionnaire = un_utilisateur(chez=creancier)

    def inviter(adresse):
        client = Client()
        client.force_login(gestionnaire)
        reponse = client.post(
            reverse("equipe:inviter", args=[creancier.code]),
            {"courriel": adresse, "role": "lecture"},
        )
        for invitation in creancier_invitations(creancier):
            actions.revoquer_invitation(invitation, acteur=gestionnaire, maintenant=timezone.now())
        reponse.content = re.sub(rb"/invitation/[^/]+/", b"/invitation/", reponse.content)
        reponse.content = re.sub(rb"/invitations/\d+/", b"/invitations/", reponse.content)
        return reponse

    etat, *_ = comparer(inviter)
    assert etat == 200


def creancier_invitations(creancier):
    return Invitation.objects.pour(creancier).filter(revoquee_le=None)


def test_la_page_d_une_invitation_ne_dit_pas_si_le_compte_existe():
    creancier, instant = un_creancier(), timezone.now()
    gestionnaire = un_utilisateur(chez=creancier)

    def ouvrir(adresse):
        _, lien = actions.inviter(
            creancier, courriel=adresse, role=Role.LECTURE, acteur=gestionnaire, maintenant=instant
        )
        reponse = Client().get(lien.removeprefix("http://localhost:8000"))
        reponse.content = re.sub(rb"/invitation/[^/]+/", b"/invitation/", reponse.content)
        return reponse

    etat, *_ = comparer(ouvrir)
    assert etat == 200


@pytest.mark.parametrize(
    "cle",
    [
        "{connu}-faux-cle",
        "zzzz-faux-cle",
        "{inactif}-faux-cle",
        "1y2p0ij32e8e7-a-b",
        "0-set-password",
    ],
)
def test_un_lien_de_mot_de_passe_faux_ne_dit_pas_de_qui_il_serait(cle):
    noms = {
        "connu": user_pk_to_url_str(Utilisateur.objects.get(email=CONNU)),
        "inactif": user_pk_to_url_str(Utilisateur.objects.get(email=INACTIF)),
    }
    temoin = Client().get("/compte/password/reset/key/zz-ab-cd/")
    reponse = Client().get(f"/compte/password/reset/key/{cle.format(**noms)}/")

    assert reponse.status_code == temoin.status_code == 200
    assert "Ce lien ne sert plus" in reponse.content.decode()
    assert vue_de_l_intrus(reponse, saisi="-") == vue_de_l_intrus(temoin, saisi="-")


def test_tout_lien_de_courriel_est_celui_du_site_quel_que_soit_le_nom_de_la_requete(settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://recouvrement.exemple.fr"
    for entetes in (
        {"host": "hameçon.example".encode("idna").decode()},
        {"host": "localhost", "x-forwarded-host": "hamecon.example"},
    ):
        oublier(CONNU, headers=entetes)
    client = Client(headers={"host": "hamecon.example"})
    client.post(reverse("account_login"), {"login": CONNU, "password": SECRET})
    client.post(
        reverse("account_change_password"),
        {"oldpassword": SECRET, "password1": NOUVEAU, "password2": NOUVEAU},
    )
    creancier = un_creancier(courriel_verifie="")
    gestionnaire = un_utilisateur(chez=creancier)
    client.force_login(gestionnaire)
    client.post(
        reverse("equipe:inviter", args=[creancier.code]),
        {"courriel": INCONNU, "role": "lecture"},
    )
    client.post(reverse("equipe:expediteur_verifier", args=[creancier.code]))

    envois = Envoi.objects.systeme()
    assert envois.count() == 5
    assert mail.outbox == []
    liens = [
        lien
        for envoi in envois
        for lien in re.findall(r"https?://[^/\s]+", analyser(envoi.octets).texte)
    ]
    assert len(liens) == 4
    assert set(liens) == {"https://recouvrement.exemple.fr"}
    assert not any(b"hame" in bytes(envoi.octets) for envoi in envois)


@pytest.mark.parametrize("page", ["invitation", "expediteur"])
def test_l_adresse_d_une_page_secrete_ne_se_dit_a_personne(page):
    close = Client().get(reverse(f"equipe:{page}", args=["x" * 43]))
    assert close.headers["Referrer-Policy"] == "no-referrer"


def test_la_page_a_formulaire_ne_dit_que_son_origine_sans_quoi_elle_ne_se_posterait_pas():
    creancier = un_creancier()
    _, lien = actions.inviter(
        creancier,
        courriel=INCONNU,
        role=Role.LECTURE,
        acteur=un_utilisateur(chez=creancier),
        maintenant=timezone.now(),
    )
    page = Client().get(lien.removeprefix("http://localhost:8000"))
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert Client().get(reverse("account_login")).headers["Referrer-Policy"] == "same-origin"
