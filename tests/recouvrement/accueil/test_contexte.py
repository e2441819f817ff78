import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path

from recouvrement.accueil.contexte import Cadre
from recouvrement.comptes.acces import connecte, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from tests.appuis.pages import lisible
from tests.fabriques.comptes import un_creancier, un_utilisateur, une_habilitation

pytestmark = pytest.mark.django_db


@connecte
def ouverte(request):
    annoncer(request, "Appel noté", annuler="/appels/3/annuler/")
    return render(request, "base.html")


@habilite(Role.LECTURE)
def chez(request, **kwargs):
    return render(request, "base.html")


def panne(request):
    return HttpResponse(1 / 0)


def app(nom, *pages):
    return path("", include(([path(p, vue, name=n) for n, p, vue in pages], nom)))


urlpatterns = [
    path("compte/", include("allauth.urls")),
    path("panne/", panne),
    app(
        "accueil",
        ("racine", "", ouverte),
        ("journee", "journee/", ouverte),
        ("journee_creancier", "<slug:creancier>/journee/", chez),
        ("tableau", "tableau/", ouverte),
        ("tableau_creancier", "<slug:creancier>/tableau/", chez),
        ("recherche", "recherche/", ouverte),
        ("choisir", "choisir/", ouverte),
    ),
    app(
        "clients",
        ("liste", "<slug:creancier>/clients/", chez),
        ("fiche", "<slug:creancier>/clients/<int:client>/", chez),
    ),
    app("factures", ("reglement", "<slug:creancier>/reglement/", chez)),
]


@pytest.fixture(autouse=True)
def adresses(settings):
    settings.ROOT_URLCONF = __name__


def page(client, adresse):
    return lisible(client.get(adresse))


def test_le_cadre_d_un_creancier_porte_son_bandeau_et_mene_a_ses_listes(client):
    creancier = un_creancier(code="kerbrat", nom="Menuiserie Kerbrat", teinte=3)
    client.force_login(un_utilisateur(chez=creancier))

    contenu = page(client, "/kerbrat/clients/")

    assert '<div class="bandeau" data-teinte="3">' in contenu
    assert "Vous êtes le secrétariat de" in contenu
    assert re.search(r'href="/kerbrat/clients/" data-touche="g c" aria-current="page"', contenu)
    assert 'href="/kerbrat/journee/" data-touche="g j"' in contenu
    assert 'href="/kerbrat/reglement/" data-touche="r"' in contenu


def test_sans_creancier_les_listes_demandent_d_abord_lequel(client):
    client.force_login(un_utilisateur(chez=un_creancier()))

    contenu = page(client, "/journee/")

    assert "Tous mes créanciers" in contenu
    assert "bandeau" not in contenu
    assert 'href="/choisir/?vers=clients"' in contenu
    assert 'href="/journee/" data-touche="g j" aria-current="page"' in contenu


def test_changer_de_creancier_garde_la_rubrique(client):
    kerbrat, quai = un_creancier(code="kerbrat"), un_creancier(code="quai")
    utilisateur = un_utilisateur(chez=kerbrat)
    une_habilitation(utilisateur, quai, Role.LECTURE)
    un_creancier(code="etranger")
    client.force_login(utilisateur)

    fiche = page(client, "/kerbrat/clients/7/")
    tableau = page(client, "/kerbrat/tableau/")

    assert 'href="/quai/clients/"' in fiche
    assert 'href="/quai/tableau/"' in tableau
    assert 'href="/tableau/"' in tableau
    assert "etranger" not in fiche + tableau


def test_qui_ne_fait_que_lire_n_a_pas_le_bouton_ajouter(client):
    creancier = un_creancier(code="kerbrat")
    client.force_login(un_utilisateur(chez=creancier, role=Role.LECTURE))
    assert "<span>Ajouter</span>" not in page(client, "/kerbrat/clients/")


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_cadre_coute_une_requete_quel_que_soit_le_nombre_de_creanciers(
    nombre, django_assert_num_queries
):
    utilisateur = un_utilisateur()
    for _ in range(nombre):
        une_habilitation(utilisateur, un_creancier(), Role.ASSISTANTE)
    request = RequestFactory().get("/")
    request.user = utilisateur
    cadre = Cadre(request)

    with django_assert_num_queries(1):
        assert len(cadre.creanciers) == len(cadre.bascules) == nombre
        assert cadre.peut_ecrire


def test_le_cadre_d_un_anonyme_est_vide_et_muet(django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        cadre = Cadre(request)
        assert (cadre.creanciers, cadre.role, cadre.peut_ecrire) == ([], "", False)
        assert not cadre.est_administrateur


def test_la_banniere_dit_qu_aucun_courriel_ne_part(client, settings):
    client.force_login(un_utilisateur(chez=un_creancier()))
    settings.SERVEUR_SMTP = None
    assert "Aucun courriel ne part." in page(client, "/journee/")
    settings.SERVEUR_SMTP = object()
    assert "Aucun courriel ne part." not in page(client, "/journee/")


def test_une_annonce_offre_de_revenir_sur_l_action(client):
    client.force_login(un_utilisateur(chez=un_creancier()))
    contenu = page(client, "/journee/")
    assert '<form method="post" action="/appels/3/annuler/">' in contenu
    assert "Appel noté" in contenu


def test_aucune_page_n_a_de_style_ni_de_script_en_ligne(client):
    creancier = un_creancier(code="kerbrat")
    client.force_login(un_utilisateur(chez=creancier))
    for adresse in ("/kerbrat/clients/", "/compte/2fa/", "/compte/password/change/", "/rien/"):
        contenu = page(client, adresse)
        assert not re.search(r'\sstyle=|\son[a-z]+="|hx-on|<style|<script(?![^>]+src=)', contenu)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', contenu)


def test_les_pages_d_erreur_se_lisent_meme_sans_contexte(client):
    assert "Cette page n’existe pas" in page(client, "/rien/")
    client.raise_request_exception = False
    reponse = client.get("/panne/")
    assert reponse.status_code == 500
    assert "L’application a rencontré une panne" in lisible(reponse)


def test_on_se_connecte_et_un_mauvais_mot_de_passe_est_dit_sans_detail(client):
    un_utilisateur(email="n@exemple.fr", mot_de_passe="une phrase assez longue")
    acces = {"login": "n@exemple.fr", "password": "autre chose de long"}

    refus = lisible(client.post("/compte/login/", acces))
    succes = client.post("/compte/login/", acces | {"password": "une phrase assez longue"})

    assert 'role="alert"' in refus
    assert succes.status_code == 302


def test_l_inscription_est_fermee(client):
    assert "sur invitation" in page(client, "/compte/signup/")


def test_le_mot_de_passe_oublie_va_jusqu_au_bout(client, mailoutbox):
    un_utilisateur(email="n@exemple.fr", mot_de_passe="une phrase assez longue")

    client.post("/compte/password/reset/", {"email": "n@exemple.fr"})
    message = mailoutbox[0]
    lien = re.search(r"http://\S+?(/compte/\S+)", message.body).group(1)
    formulaire = client.get(lien, follow=True)
    nouveau = "encore une phrase bien longue"
    client.post(
        formulaire.request["PATH_INFO"], {"password1": nouveau, "password2": nouveau}, follow=True
    )

    acces = {"login": "n@exemple.fr", "password": nouveau}
    assert client.post("/compte/login/", acces).status_code == 302
    assert message.subject == "Recouvrement : choisir un nouveau mot de passe"
    assert message.body.startswith("Bonjour,\n\nVous, ou quelqu’un d’autre")
    assert "Nouveau mot de passe" in lisible(formulaire)
    assert "Ce lien ne sert plus" in lisible(client.get(lien, follow=True))


def test_la_double_authentification_s_active_et_donne_ses_codes_de_secours(client):
    un_utilisateur(email="n@exemple.fr", mot_de_passe="une phrase assez longue")
    client.post("/compte/login/", {"login": "n@exemple.fr", "password": "une phrase assez longue"})

    activation = client.get("/compte/2fa/totp/activate/", follow=True)
    if activation.redirect_chain:
        confirmation = lisible(activation)
        activation = client.post(
            activation.redirect_chain[-1][0], {"password": "une phrase assez longue"}, follow=True
        )
        assert "Confirmer que c’est vous" in confirmation
    secret = activation.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    codes = client.post("/compte/2fa/totp/activate/", {"code": code}, follow=True)

    assert 'src="data:image/svg+xml;base64,' in lisible(activation)
    assert "Codes de secours" in lisible(codes)
    assert "Active</span>" in page(client, "/compte/2fa/")
    assert "Désactiver" in page(client, "/compte/2fa/totp/deactivate/")


def test_les_autres_pages_de_compte_se_rendent(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier, mot_de_passe="une phrase assez longue"))
    for adresse in ("logout/", "password/change/", "sessions/", "reauthenticate/"):
        assert client.get(f"/compte/{adresse}", follow=True).status_code == 200


def test_l_avis_de_securite_dit_quand_et_d_ou():
    texte = render_to_string(
        "mfa/email/totp_activated_message.txt",
        {
            "timestamp": datetime(2026, 11, 21, 9, 14, tzinfo=UTC),
            "ip": "192.0.2.7",
            "user_agent": "Firefox",
        },
    )
    assert "La double authentification de votre compte vient d’être activée." in texte
    assert "21/11/2026 à 10\u00a0h\u00a014, depuis l’adresse 192.0.2.7" in texte
