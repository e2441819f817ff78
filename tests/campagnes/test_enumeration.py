"""Mille paires connu/inconnu à chaque porte : rien de ce qui se voit ni de ce qui dure ne diffère.

`ENUMERATION_PAIRES` : combien de paires (1 000) ; `ENUMERATION_ESSAIS` : essais d'un siège (5 000).
"""

import os
import time
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client, RequestFactory
from django.urls import reverse

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.actions import portier
from tests.appuis.porte import vue_de_l_intrus

pytestmark = [pytest.mark.campagne, pytest.mark.django_db]
PAIRES = int(os.environ.get("ENUMERATION_PAIRES", "1000"))
ESSAIS = int(os.environ.get("ENUMERATION_ESSAIS", "5000"))
ECART = 0.05
BOITE = "recouvrement.courriel.adaptateurs.BoiteDeDepart"


@pytest.fixture(autouse=True)
def vraie_porte(settings):
    """Le vrai hachage et la vraie boîte de départ ; chaque essai vient d'une autre adresse."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.MAILERS = {"default": {"BACKEND": BOITE}}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def les_comptes() -> None:
    hache = make_password("trois-chevaux-de-bois")
    Utilisateur.objects.bulk_create(
        Utilisateur(email=f"connu{n}@exemple.example", password=hache, nom_complet=f"P {n}")
        for n in range(PAIRES)
    )


def par_la_connexion(adresse: str, ip: str):
    return Client().post(
        reverse("account_login"),
        {"login": adresse, "password": "un-faux-mot-de-passe"},
        headers={"x-forwarded-for": ip},
    )


def par_l_oubli(adresse: str, ip: str):
    return Client().post(
        reverse("account_reset_password"), {"email": adresse}, headers={"x-forwarded-for": ip}
    )


@pytest.mark.parametrize("porte", [par_la_connexion, par_l_oubli])
def test_connu_et_inconnu_sont_indiscernables(porte):
    les_comptes()
    durees: dict[str, list[float]] = {"connu": [], "inconnu": []}
    differences = 0
    porte("chauffe@exemple.example", "198.19.255.254")
    for n in range(PAIRES):
        vues = {}
        # L'ordre alterne : le second ne profite pas toujours du chemin que le premier a tracé.
        for rang, sorte in enumerate(sorted(durees, reverse=bool(n % 2))):
            adresse = f"{sorte}{n}@exemple.example"
            ip = f"198.{18 + rang}.{n // 250}.{n % 250 + 1}"
            debut = time.perf_counter()
            reponse = porte(adresse, ip)
            durees[sorte].append(time.perf_counter() - debut)
            vues[sorte] = vue_de_l_intrus(reponse, saisi=adresse)
        differences += vues["connu"] != vues["inconnu"]
    connu, inconnu = median(durees["connu"]), median(durees["inconnu"])
    ecart = abs(connu - inconnu) / max(connu, inconnu)
    print(
        f"\n{porte.__name__} : {PAIRES} paires, {differences} différences ; médianes "
        f"{connu * 1000:.1f} ms (connu), {inconnu * 1000:.1f} ms (inconnu), écart {ecart:.1%}"
    )
    assert differences == 0
    assert ecart <= ECART


def test_un_siege_de_vingt_quatre_heures_juge_vingt_essais_par_heure_au_plus():
    les_comptes()
    depart, juges = datetime(2026, 11, 23, 9, tzinfo=UTC), []
    requete = RequestFactory().post("/compte/login/")
    requete.session = {}
    for n in range(ESSAIS):
        maintenant = depart + timedelta(days=1) * n / ESSAIS
        essai = portier.laisser_essayer(
            courriel="connu0@exemple.example",
            ip=f"198.18.{n // 250 % 250}.{n % 250 + 1}",
            request=requete,
            maintenant=maintenant,
        )
        juges += [maintenant] * (essai is not None)
    pires = max(sum(a <= b < a + timedelta(hours=1) for b in juges) for a in juges)
    print(f"\nsiège : {ESSAIS} essais en 24 h, {len(juges)} jugés, {pires} dans la pire heure")
    assert pires <= 20
