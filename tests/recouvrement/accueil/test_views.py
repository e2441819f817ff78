from datetime import date

import pytest
from django.shortcuts import resolve_url
from django.urls import reverse

from clients.actions import fusionner
from recouvrement.comptes.enums import Role
from tests.fabriques.clients import un_client, un_contact
from tests.fabriques.comptes import un_creancier, un_utilisateur, une_habilitation
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
ONGLETS = ("fil", "factures", "promesses", "pieces", "contacts", "contentieux", "n’importe")
SANS_CREANCIER = ("journee", "tableau", "recherche", "choisir")


@pytest.fixture
def debiteur():
    return un_client()


@pytest.fixture
def assistante(client, debiteur):
    personne = un_utilisateur(chez=debiteur.creancier, role=Role.ASSISTANTE)
    client.force_login(personne)
    return personne


@pytest.mark.parametrize("page", SANS_CREANCIER)
def test_il_faut_etre_connecte(client, page, settings):
    reponse = client.get(reverse(f"accueil:{page}"))

    assert (reponse.status_code, reponse.url.startswith(resolve_url(settings.LOGIN_URL))) == (
        302,
        True,
    )


@pytest.mark.parametrize("page", SANS_CREANCIER)
def test_sans_creancier_les_pages_s_ouvrent_vides(client, page):
    client.force_login(un_utilisateur())

    assert client.get(reverse(f"accueil:{page}")).status_code == 200


@pytest.mark.parametrize("page", ["journee_creancier", "tableau_creancier"])
def test_la_page_d_un_autre_creancier_est_introuvable(client, assistante, page):
    assert client.get(reverse(f"accueil:{page}", args=[un_creancier().code])).status_code == 404


def test_le_client_d_un_autre_creancier_est_introuvable(client, assistante, debiteur):
    etranger = un_client()

    for code in (debiteur.creancier.code, etranger.creancier.code):
        url = reverse("accueil:client", args=[code, etranger.pk])
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("onglet", ONGLETS)
def test_chaque_onglet_s_ouvre(client, assistante, debiteur, onglet):
    une_facture(client=debiteur)

    reponse = client.get(debiteur.get_absolute_url(), {"onglet": onglet})

    assert reponse.status_code == 200
    assert debiteur.nom in reponse.content.decode()


@pytest.mark.parametrize("depuis", ["", "0", "30", "-1", "x", "99999999", "²"])
def test_un_rang_de_fil_bizarre_ne_casse_rien(client, assistante, debiteur, depuis):
    reponse = client.get(debiteur.get_absolute_url(), {"depuis": depuis})

    assert reponse.status_code == 200


@pytest.mark.parametrize("combien", [1, 3])
def test_la_fiche_tient_en_vingt_huit_requetes(
    client, assistante, debiteur, combien, django_assert_num_queries
):
    for _ in range(combien):
        une_relance(debiteur)
        un_contact(debiteur)

    with django_assert_num_queries(28):
        assert client.get(debiteur.get_absolute_url()).status_code == 200


def test_une_fiche_fusionnee_mene_a_celle_qui_reste(client, assistante, debiteur):
    gardee = un_client(creancier=debiteur.creancier)
    fusionner(gardee, debiteur, le=date(2026, 11, 27), acteur=assistante)

    assert client.get(debiteur.get_absolute_url()).url == gardee.get_absolute_url()


def test_le_lecteur_voit_la_fiche_sans_ses_boutons(client, debiteur):
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.LECTURE))

    page = client.get(debiteur.get_absolute_url()).content.decode()

    assert reverse("accueil:appel", args=[debiteur.creancier.code, debiteur.pk]) not in page


def test_une_seule_trouvaille_s_ouvre_d_elle_meme(client, assistante, debiteur):
    reponse = client.get(reverse("accueil:recherche"), {"q": debiteur.nom})

    assert reponse.url == debiteur.get_absolute_url()


def test_la_journee_ouvre_l_action_demandee_et_son_formulaire(client, assistante, debiteur):
    relance = une_relance(debiteur, prevue_le="2026-03-02")

    page = client.get(reverse("accueil:journee"), {"action": f"appel-{relance.pk}"})

    assert debiteur.nom in page.content.decode()
    assert reverse("accueil:appel", args=[debiteur.creancier.code, debiteur.pk]) in (
        page.content.decode()
    )


@pytest.mark.parametrize(
    ("roles", "vers"),
    [
        ([Role.ASSISTANTE], "accueil:journee"),
        ([Role.LECTURE], "accueil:tableau"),
        ([Role.LECTURE, Role.ASSISTANTE], "accueil:journee"),
        ([], "accueil:choisir"),
    ],
)
def test_chacun_arrive_la_ou_il_travaille(client, roles, vers):
    personne = un_utilisateur()
    for role in roles:
        une_habilitation(personne, un_creancier(), role)
    client.force_login(personne)

    assert client.get(reverse("accueil:racine")).url == reverse(vers)


def test_le_tableau_s_exporte_tel_qu_a_l_ecran(client, assistante, debiteur):
    une_facture(client=debiteur)

    reponse = client.get(reverse("accueil:tableau"), {"format": "xlsx"})

    assert reponse.content.startswith(b"PK")
