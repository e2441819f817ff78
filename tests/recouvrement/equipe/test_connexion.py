"""La porte : ce que répond la connexion, à qui, et ce qui ferme une session."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from recouvrement.journal.models import Entree
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
SECRET = "trois-chevaux-de-bois"
NOUVEAU = "quatre-chevaux-de-bois"


@pytest.fixture(autouse=True)
def compteurs_a_zero():
    cache.clear()


def nadege(**champs):
    return un_utilisateur(email="nadege@exemple.example", mot_de_passe=SECRET, **champs)


def entrer(client, mot_de_passe=SECRET, courriel="nadege@exemple.example", **options):
    return client.post(
        reverse("account_login"), {"login": courriel, "password": mot_de_passe}, **options
    )


def est_connecte(client) -> bool:
    return client.get(reverse("equipe:compte")).status_code == 200


def code_du_moment(secret: str) -> str:
    compteur = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, compteur))


def test_on_entre_par_son_courriel_et_son_mot_de_passe(client):
    nadege(chez=un_creancier())

    reponse = entrer(client, courriel="Nadege@Exemple.example")

    assert (reponse.status_code, reponse.url) == (302, "/")
    assert est_connecte(client)


def test_un_compte_inconnu_et_un_mot_de_passe_faux_repondent_pareil(client):
    nadege()

    inconnu = entrer(client, courriel="personne@exemple.example")
    faux = entrer(client, mot_de_passe="faux")

    assert inconnu.status_code == faux.status_code
    erreurs = [reponse.context["form"].non_field_errors() for reponse in (inconnu, faux)]
    assert erreurs[0] == erreurs[1]
    assert len(erreurs[0]) == 1
    assert "incorrect" in erreurs[0][0] or "valide" in erreurs[0][0]


def test_cinq_echecs_ferment_la_porte_un_quart_d_heure_meme_au_bon_mot_de_passe(client):
    nadege()
    for _ in range(5):
        entrer(client, mot_de_passe="faux")

    reponse = entrer(client)

    assert reponse.status_code == 200
    assert not est_connecte(client)
    assert "Trop" in str(reponse.context["form"].errors)


def test_la_session_change_de_cle_a_la_connexion(client):
    nadege()
    client.get(reverse("account_login"))
    session = client.session
    session["avant"] = 1
    session.save()
    client.cookies["sessionid"] = avant = session.session_key

    entrer(client)

    assert client.session.session_key != avant


def test_le_code_a_six_chiffres_est_demande_puis_ouvre(client):
    compte = nadege()
    secret = generate_totp_secret()
    TOTP.activate(compte, secret)

    reponse = entrer(client)
    assert reponse.url == reverse("mfa_authenticate")
    assert not est_connecte(client)

    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not est_connecte(client)
    client.post(reverse("mfa_authenticate"), {"code": code_du_moment(secret)})
    assert est_connecte(client)


def test_le_meme_code_ne_sert_pas_deux_fois(client):
    compte = nadege()
    secret = generate_totp_secret()
    TOTP.activate(compte, secret)
    code = code_du_moment(secret)
    entrer(client)
    client.post(reverse("mfa_authenticate"), {"code": code})

    autre = Client()
    entrer(autre)
    autre.post(reverse("mfa_authenticate"), {"code": code})

    assert not est_connecte(autre)


@pytest.mark.django_db(transaction=True)
def test_activer_le_code_de_bout_en_bout(client):
    compte = nadege()
    entrer(client)

    # Un geste qui change la porte redemande le mot de passe.
    assert client.get(reverse("mfa_activate_totp")).url.startswith(
        reverse("account_reauthenticate")
    )
    client.post(reverse("account_reauthenticate"), {"password": SECRET})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    reponse = client.post(reverse("mfa_activate_totp"), {"code": code_du_moment(secret)})

    assert reponse.status_code == 302
    garde = Authenticator.objects.get(user=compte, type="totp")
    assert get_adapter().decrypt(garde.data["secret"]) == secret
    assert Authenticator.objects.filter(user=compte, type="recovery_codes").exists()
    entrees = Entree.objects.systeme().order_by("id").values_list("evenement", "donnees")
    assert ("double_authentification", {"detail": "application ajoutée"}) in list(entrees)


def test_un_code_de_secours_ne_sert_qu_une_fois():
    compte = nadege()
    TOTP.activate(compte, generate_totp_secret())
    secours = RecoveryCodes.activate(compte)
    code = secours.generate_codes()[0]

    premier, second = Client(), Client()
    for navigateur in (premier, second):
        entrer(navigateur)
        navigateur.post(reverse("mfa_authenticate"), {"code": code})

    assert est_connecte(premier)
    assert not est_connecte(second)


def test_l_inscription_est_fermee(client):
    page = client.get(reverse("account_signup"))
    envoi = client.post(
        reverse("account_signup"),
        {"email": "intrus@exemple.example", "password1": "trois-chevaux-de-bois"},
    )

    assert "form" not in (page.context or {})
    assert envoi.status_code == 200
    assert (
        not type(un_utilisateur())._default_manager.filter(email="intrus@exemple.example").exists()
    )


def test_personne_ne_change_seul_d_adresse(client):
    nadege()
    entrer(client)

    reponse = client.post("/compte/email/", {"action_add": "", "email": "autre@exemple.example"})

    assert (reponse.status_code, reponse.url) == (302, reverse("equipe:compte"))


def test_fermer_une_autre_session(client):
    nadege()
    ailleurs = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    entrer(client)
    entrer(ailleurs)
    sessions = client.get(reverse("equipe:compte")).context["sessions"]

    assert [s.courante for s in sessions] == [True, False]
    assert sessions[1].appareil == "Firefox sur Windows"
    client.post(reverse("equipe:fermer_sessions"), {"session": sessions[1].pk})
    assert est_connecte(client)
    assert not est_connecte(ailleurs)


def test_on_ne_ferme_pas_la_session_d_une_autre_personne(client):
    nadege()
    autre = un_utilisateur(email="autre@exemple.example", mot_de_passe=SECRET)
    ailleurs = Client()
    entrer(ailleurs, courriel=autre.email)
    [la_sienne] = ailleurs.get(reverse("equipe:compte")).context["sessions"]
    entrer(client)

    client.post(reverse("equipe:fermer_sessions"), {"session": la_sienne.pk})

    assert est_connecte(ailleurs)


def test_desactiver_un_compte_tue_ses_sessions_aussitot(client):
    compte = nadege()
    admin = un_utilisateur(est_administrateur=True)
    entrer(client)
    maitre = Client()
    maitre.force_login(admin)

    maitre.post(reverse("equipe:compte_desactiver", args=[compte.pk]))

    assert not est_connecte(client)
    entrer(client)
    assert not est_connecte(client)
    maitre.post(reverse("equipe:compte_reactiver", args=[compte.pk]))
    entrer(client)
    assert est_connecte(client)


def test_derriere_le_mandataire_la_limite_est_celle_de_chaque_adresse(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    nadege()
    for n in range(20):
        entrer(client, courriel=f"p{n}@exemple.example", headers={"x-forwarded-for": "192.0.2.7"})

    entrer(client, headers={"x-forwarded-for": "192.0.2.7"})
    assert not est_connecte(client)
    entrer(client, headers={"x-forwarded-for": "198.51.100.3"})
    assert est_connecte(client)


def test_une_session_a_une_fin(client, settings):
    nadege()
    entrer(client)

    session = client.session
    assert session.get_expire_at_browser_close()
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    client.post(reverse("account_logout"))
    assert not est_connecte(client)
    assert not type(session).get_model_class().objects.filter(pk=session.session_key).exists()
