"""Ce qui retient les messages se dit à qui les attend, dans ses mots, et à personne d'autre."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from recouvrement.accueil.lectures.service import avis_sur_les_envois
from recouvrement.comptes.enums import Role
from recouvrement.courriel.actions.instance import (
    geler,
    lire_instance,
    noter_battement,
    noter_injoignable,
)
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Instance
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.envois import un_envoi

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TECHNIQUES = ("celery", "redis", "smtp", "worker", "travailleur", "horloge", "traces", "535")


@pytest.fixture(autouse=True)
def instance():
    lire_instance()
    Instance.objects.update(nee_le=MAINTENANT - timedelta(days=30))
    noter_battement(MAINTENANT)


def dits(*creanciers, maintenant=MAINTENANT):
    avis = avis_sur_les_envois(creanciers, maintenant=maintenant)
    textes = [f"{un.titre} {un.texte}".replace("\u00a0", " ") for un in avis]
    for texte in textes:
        assert not any(mot in texte.lower() for mot in TECHNIQUES), texte
    return textes


def bloquer(creancier, nombre):
    for _ in range(nombre):
        un_envoi(creancier, pas_avant=MAINTENANT, reponse="Serveur injoignable : 535 refusé")


def test_quand_tout_part_il_n_y_a_rien_a_lire():
    assert dits(un_creancier()) == []


def test_trente_messages_arretes_trois_jours_se_disent_a_chacun_pour_les_siens():
    menuiserie, transports = un_creancier(nom="Menuiserie"), un_creancier(nom="Transports")
    autre = un_creancier(nom="CANARI")
    for creancier, nombre in ((menuiserie, 20), (transports, 10), (autre, 5)):
        bloquer(creancier, nombre)
    noter_injoignable("535 refusé", maintenant=MAINTENANT - timedelta(days=3))
    [texte] = dits(menuiserie, transports)
    assert texte.startswith("Les messages ne partent plus depuis le 20/11/2026")
    assert "30 messages attendent : Menuiserie (20) et Transports (10)." in texte
    assert "CANARI" not in texte
    [texte] = dits(transports)
    assert "10 messages attendent : Transports (10)." in texte


def test_un_gel_explique_tout_le_reste():
    creancier = un_creancier()
    bloquer(creancier, 2)
    noter_injoignable("535 refusé", maintenant=MAINTENANT - timedelta(days=3))
    geler("Base restaurée.", maintenant=MAINTENANT, acteur=None)
    [texte] = dits(creancier)
    assert texte.startswith("Aucun message ne part depuis le 23/11/2026")


def test_une_heure_douteuse_dit_pourquoi_rien_ne_part():
    creancier = un_creancier(nom="Menuiserie")
    un_envoi(creancier, pas_avant=MAINTENANT - timedelta(hours=1))
    Instance.objects.update(heure_douteuse_le=MAINTENANT, motif_heure="Elle a reculé.")
    [texte] = dits(creancier, maintenant=MAINTENANT + timedelta(minutes=20))
    assert texte.startswith("Aucun message ne part depuis le 23/11/2026")
    assert "L'heure de l'installation est douteuse" in texte
    assert "1 message attend : Menuiserie (1)." in texte


def test_ce_qui_attend_se_compte_quels_que_soient_les_mots_du_message():
    creancier = un_creancier(nom="Menuiserie")
    for _ in range(2):
        un_envoi(creancier, pas_avant=MAINTENANT + timedelta(minutes=4), reponse="no route")
    un_envoi(creancier, pas_avant=MAINTENANT + timedelta(hours=2), reponse="Serveur injoignable")
    noter_injoignable("no route", maintenant=MAINTENANT - timedelta(hours=1))
    [texte] = dits(creancier)
    assert "2 messages attendent : Menuiserie (2)." in texte


def test_les_envois_coupes_se_disent_aussitot():
    Instance.objects.update(disjoncte_le=MAINTENANT, motif_disjonction="535 refusé")
    [texte] = dits(un_creancier())
    assert texte.startswith("Les messages ne partent plus")


def test_un_quart_d_heure_de_silence_se_voit_sans_cache_ni_memoire():
    assert dits(un_creancier(), maintenant=MAINTENANT + timedelta(minutes=14)) == []
    [texte] = dits(un_creancier(), maintenant=MAINTENANT + timedelta(minutes=16))
    assert texte.startswith("Plus rien ne se fait de soi-même depuis le 23/11/2026 à 10 h")
    Instance.objects.update(battue_le=None)
    [texte] = dits(un_creancier())
    assert texte.startswith("Plus rien ne se fait de soi-même")


def test_les_messages_incertains_se_disent_avec_ce_qu_il_faut_en_faire():
    creancier = un_creancier(nom="Menuiserie")
    un_envoi(creancier, etat=EtatEnvoi.INCERTAIN)
    [texte] = dits(creancier)
    assert texte.startswith("1 message peut-être arrivé.")
    assert "chez Menuiserie" in texte


def test_ce_que_retient_le_gel_d_un_creancier_n_est_pas_un_retard_du_service():
    creancier = un_creancier(nom="Menuiserie", envois_geles=True)
    un_envoi(creancier, pas_avant=MAINTENANT - timedelta(days=2))
    [texte] = dits(creancier)
    assert texte.startswith("Envois gelés.")


def test_un_creancier_gele_se_nomme():
    [texte] = dits(un_creancier(nom="Menuiserie", envois_geles=True), un_creancier())
    assert "Aucun message ne part chez Menuiserie." in texte


@pytest.mark.parametrize("combien", [1, 3])
def test_cela_tient_en_deux_requetes(combien, django_assert_num_queries):
    creanciers = [un_creancier() for _ in range(combien)]
    for creancier in creanciers:
        bloquer(creancier, combien)
    with django_assert_num_queries(2):
        avis_sur_les_envois(creanciers, maintenant=MAINTENANT)


@pytest.mark.parametrize("page", ["journee", "tableau"])
def test_ma_journee_et_le_tableau_le_portent_pour_qui_agit_seulement(client, page):
    creancier = un_creancier()
    geler("Base restaurée.", maintenant=MAINTENANT, acteur=None)
    for role, attendu in (
        (Role.ASSISTANTE, True),
        (Role.GESTIONNAIRE, True),
        (Role.LECTURE, False),
    ):
        client.force_login(un_utilisateur(chez=creancier, role=role))
        for adresse in (
            reverse(f"accueil:{page}"),
            reverse(f"accueil:{page}_creancier", args=[creancier.code]),
        ):
            texte = client.get(adresse).content.decode()
            assert ("Aucun message ne part depuis" in texte) is attendu
            assert "Base restaurée." not in texte
            assert reverse("exploitation:ligne") not in texte


def test_l_administrateur_y_a_en_plus_l_etat_du_service(client):
    client.force_login(un_utilisateur(chez=un_creancier(), est_administrateur=True))
    for page in ("journee", "tableau"):
        texte = client.get(reverse(f"accueil:{page}")).content.decode()
        assert reverse("exploitation:ligne") in texte
        assert reverse("exploitation:etat") in texte


def test_le_taux_qui_manque_se_dit_aussi_au_tableau(client, monkeypatch):
    client.force_login(un_utilisateur(chez=un_creancier()))
    monkeypatch.setattr(
        "recouvrement.accueil.views.tableau.timezone.localdate",
        lambda: datetime(2027, 1, 4).date(),
    )
    texte = client.get(reverse("accueil:tableau")).content.decode()
    assert "Taux du 1er semestre 2027 à saisir" in texte
