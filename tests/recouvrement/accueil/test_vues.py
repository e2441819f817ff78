"""Les vues enregistrées : les filtres d'une liste sous un nom, à soi seul."""

import pytest
from django.urls import reverse

from recouvrement.accueil.actions import VUES_MAXIMUM, enregistrer_vue
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.enums import Role
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def personne(creancier):
    return un_utilisateur(chez=creancier, role=Role.LECTURE)


@pytest.fixture
def page(client, personne):
    client.force_login(personne)
    return client


def garder(page, creancier, /, **champs):
    valeurs = {"page": "factures", "nom": "Gros retards", "requete": "etat=echues&min=1000"}
    url = reverse("accueil:enregistrer_vue", args=[creancier.code])
    return page.post(url, valeurs | champs)


def les_vues(creancier):
    return list(VueEnregistree.objects.pour(creancier).order_by("pk"))


def test_une_vue_garde_les_filtres_sans_la_page_ni_les_vides(page, creancier, personne):
    reponse = garder(page, creancier, requete="etat=echues&q=&min=1000&apres=jeton")

    [vue] = les_vues(creancier)
    assert (vue.nom, vue.requete, vue.utilisateur) == (
        *("Gros retards", "etat=echues&min=1000"),
        personne,
    )
    liste = reverse("factures:liste", args=[creancier.code])
    assert reponse.url == f"{liste}?etat=echues&min=1000"
    assert f"{liste}?etat=echues&amp;min=1000" in page.get(liste).content.decode()


def test_le_meme_nom_remplace(page, creancier):
    garder(page, creancier)
    garder(page, creancier, requete="etat=litige")

    assert [vue.requete for vue in les_vues(creancier)] == ["etat=litige"]


def test_une_vue_sans_nom_se_refuse_par_une_phrase(page, creancier):
    reponse = garder(page, creancier, nom="")

    assert les_vues(creancier) == []
    assert "Donnez un nom" in page.get(reponse.url).content.decode()


def test_une_page_inconnue_ou_des_filtres_trop_longs_se_refusent(page, creancier):
    garder(page, creancier, page="ailleurs")
    garder(page, creancier, requete="q=" + "x" * 600)

    assert les_vues(creancier) == []


def test_les_vues_d_une_personne_ne_sont_qu_a_elle(client, creancier, personne):
    vue = enregistrer_vue(
        creancier, page="factures", nom="Gros retards", requete="etat=echues", acteur=personne
    )
    client.force_login(un_utilisateur(chez=creancier))
    oublier = reverse("accueil:oublier_vue", args=[creancier.code, vue.pk])

    liste = client.get(reverse("factures:liste", args=[creancier.code])).content.decode()

    assert "Gros retards" not in liste
    assert client.post(oublier).status_code == 404


def test_oublier_une_vue_la_retire(page, creancier):
    garder(page, creancier)
    [vue] = les_vues(creancier)

    page.post(reverse("accueil:oublier_vue", args=[creancier.code, vue.pk]))

    assert les_vues(creancier) == []


def test_on_ne_garde_pas_une_vue_chez_un_autre_creancier(page):
    assert garder(page, un_creancier()).status_code == 404


def test_le_nombre_de_vues_est_borne(page, creancier, personne):
    for rang in range(VUES_MAXIMUM):
        enregistrer_vue(creancier, page="factures", nom=f"Vue {rang}", requete="", acteur=personne)

    garder(page, creancier)

    assert len(les_vues(creancier)) == VUES_MAXIMUM
