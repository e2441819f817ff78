"""Qui entre, qui essaie, qui sort, et ce qui sort avec : tout s'inscrit, sans rien dire de trop."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from factures.actions import deposer_piece
from recouvrement.comptes.enums import Role
from recouvrement.equipe import actions
from recouvrement.journal.models import Entree
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
SECRET = "trois-chevaux-de-bois"


@pytest.fixture(autouse=True)
def compteurs_a_zero():
    cache.clear()


def entrees(evenement: str) -> list[Entree]:
    return list(Entree.objects.systeme().filter(evenement=evenement).order_by("id"))


def entrer(client, courriel: str, mot_de_passe: str = SECRET):
    return client.post(reverse("account_login"), {"login": courriel, "password": mot_de_passe})


def test_entrer_et_sortir_s_inscrivent_avec_la_machine(client):
    compte = un_utilisateur(mot_de_passe=SECRET)
    entrer(client, compte.email)
    client.post(reverse("account_logout"))
    (entree,) = entrees("connexion")
    assert (entree.acteur, entree.creancier, entree.donnees) == (
        compte,
        None,
        {"depuis": "127.0.0.1"},
    )
    (sortie,) = entrees("deconnexion")
    assert sortie.acteur == compte


def test_un_essai_manque_dit_le_compte_et_jamais_ce_qui_a_ete_tape(client):
    compte = un_utilisateur(mot_de_passe=SECRET)
    entrer(client, compte.email.upper(), "presque-le-bon-mot")
    entrer(client, "inconnue@ailleurs.example", "presque-le-bon-mot")
    connu, inconnu = entrees("connexion_refusee")
    assert (connu.cible_type, connu.cible_id, connu.acteur) == (
        "comptes.utilisateur",
        compte.pk,
        None,
    )
    assert len(inconnu.donnees["adresse_condensee"]) == 16
    for entree in (connu, inconnu):
        assert "presque" not in str(entree.donnees)
        assert "inconnue@" not in str(entree.donnees)


def test_un_inconnu_qui_insiste_ne_remplit_pas_le_journal():
    for rang in range(1_200):
        actions.constater_le_refus(f"robot{rang}@ailleurs.example", depuis="192.0.2.1")
    essais = [entree.donnees["essais_dans_l_heure"] for entree in entrees("connexion_refusee")]
    assert essais == [*range(1, 61), 100, 1_000]


@pytest.mark.parametrize(
    ("page", "arguments", "fichier"),
    [
        ("factures:exporter", ["xlsx"], ".xlsx"),
        ("factures:exporter", ["csv"], ".csv"),
        ("factures:exporter_reglements", ["csv"], ".csv"),
        ("relances:exporter", ["xlsx"], ".xlsx"),
        ("relances:exporter_promesses", ["csv"], ".csv"),
        ("clients:exporter", [], ".xlsx"),
        ("contentieux:exporter", ["csv"], ".csv"),
    ],
)
def test_chaque_export_s_inscrit_chez_son_creancier(client, page, arguments, fichier):
    creancier = un_creancier()
    lectrice = un_utilisateur(chez=creancier, role=Role.LECTURE)
    client.force_login(lectrice)
    reponse = client.get(reverse(page, args=[creancier.code, *arguments]), {"q": "Duval"})
    assert reponse.status_code == 200
    (sortie,) = entrees("fichier_sorti")
    assert (sortie.creancier, sortie.acteur) == (creancier, lectrice)
    assert sortie.donnees["fichier"].endswith(fichier)
    assert (sortie.donnees["page"], sortie.donnees["filtres"]) == (page, {"q": "Duval"})


def test_une_piece_donnee_s_inscrit_avec_son_numero(client):
    debiteur = un_client()
    personne = un_utilisateur(chez=debiteur.creancier)
    piece = deposer_piece(
        debiteur,
        nature="contrat",
        intitule="Contrat",
        nom_fichier="contrat.txt",
        octets=b"lu et approuve",
        acteur=personne,
    )
    client.force_login(personne)
    client.get(reverse("factures:piece", args=[debiteur.creancier.code, piece.pk]))
    (sortie,) = entrees("fichier_sorti")
    assert (sortie.donnees["fichier"], sortie.donnees["pk"]) == ("contrat.txt", piece.pk)


def test_une_page_ordinaire_ou_refusee_n_ecrit_rien(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier))
    client.get(reverse("factures:liste", args=[creancier.code]))
    client.get(reverse("factures:exporter", args=[creancier.code, "pdf"]))
    client.head(reverse("clients:exporter", args=[creancier.code]))
    assert entrees("fichier_sorti") == []
