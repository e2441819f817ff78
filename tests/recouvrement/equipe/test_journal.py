"""La page du journal de l'instance : ce qu'un administrateur a fait s'y lit, et qui l'a fait."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.equipe import actions
from recouvrement.journal.models import EtatJournal
from recouvrement.journal.veille import veiller
from tests.appuis.pages import lisible
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
PAGE = "equipe:journal_instance"


@pytest.fixture
def cheffe(client):
    cheffe = un_utilisateur(est_administrateur=True, nom_complet="Ines Marchand")
    client.force_login(cheffe)
    return cheffe


def page(client, **filtres) -> str:
    reponse = client.get(reverse(PAGE), filtres)
    assert reponse.status_code == 200
    return lisible(reponse)


def test_un_lien_donne_par_un_administrateur_se_lit_avec_les_deux_noms(client, cheffe):
    compte = un_utilisateur(nom_complet="Maëlle Quéré")
    client.post(reverse("equipe:compte_lien", args=[compte.pk]))
    html = page(client)
    assert "Lien de mot de passe donné : Maëlle Quéré" in html
    assert "Ines Marchand" in html


def test_les_filtres_choisissent_un_evenement_une_personne_ou_un_jour(client, cheffe):
    une, autre = un_utilisateur(nom_complet="Une"), un_utilisateur(nom_complet="Autre")
    actions.donner_un_lien(une, acteur=cheffe, maintenant=timezone.now())
    actions.desactiver_compte(autre, acteur=cheffe, maintenant=timezone.now())
    assert "Compte désactivé : Autre" not in page(client, evenement="lien_donne")
    assert "Lien de mot de passe donné : Une" not in page(client, personne=autre.pk)
    assert "Compte désactivé : Autre" in page(client, personne=autre.pk)
    demain = timezone.localdate() + timedelta(days=1)
    assert "Rien de tel" in page(client, du=demain.isoformat())
    # Une valeur fausse est ignorée, sans page d'erreur.
    assert "Compte désactivé : Autre" in page(client, du="x", personne="²", au="9" * 40)


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_ne_coute_pas_plus_avec_plus_d_entrees(
    client, cheffe, nombre, django_assert_num_queries
):
    for _ in range(nombre):
        actions.donner_un_lien(un_utilisateur(), acteur=cheffe, maintenant=timezone.now())
    # session, utilisateur, entrées, noms, événements, personnes, chaîne, état et deux ancres, cadre
    with django_assert_num_queries(12):
        page(client)


def test_l_export_dit_ce_que_dit_la_page_et_s_inscrit(client, cheffe):
    actions.donner_un_lien(
        un_utilisateur(nom_complet="Maëlle Quéré"), acteur=cheffe, maintenant=timezone.now()
    )
    reponse = client.get(reverse("equipe:journal_exporter", args=["csv"]))
    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    assert "Lien de mot de passe donné;Maëlle Quéré" in texte
    assert client.get(reverse("equipe:journal_exporter", args=["xlsx"])).status_code == 200
    assert client.get(reverse("equipe:journal_exporter", args=["pdf"])).status_code == 404
    assert page(client, evenement="fichier_sorti").count("equipe:journal_exporter") == 2


def test_seul_un_administrateur_la_lit(client):
    client.force_login(un_utilisateur(chez=un_creancier()))
    for nom, arguments in ((PAGE, []), ("equipe:journal_exporter", ["csv"])):
        assert client.get(reverse(nom, args=arguments)).status_code == 403
    assert client.post(reverse("equipe:journal_verifier")).status_code == 403


def test_relire_maintenant_se_fait_au_battement_et_l_ecart_se_lit(client, cheffe):
    actions.donner_un_lien(un_utilisateur(), acteur=cheffe, maintenant=timezone.now())
    veiller(timezone.now())
    assert "sans écart" in page(client)
    # Ce que ferait le propriétaire de la base : l'ancre, elle, n'y est pas.
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
            curseur.execute("DROP TRIGGER journal_entree_immuable ON journal_entree")
        else:
            curseur.execute("DROP TRIGGER journal_entree_sans_update")
        curseur.execute(
            "UPDATE journal_entree SET evenement = 'connexion' WHERE creancier_id IS NULL"
        )
    client.post(reverse("equipe:journal_verifier"))
    assert "relecture dans la minute" in page(client)
    veiller(timezone.now())
    assert EtatJournal.objects.get().fautes >= 2
    html = page(client)
    assert "écarts à la dernière relecture" in html
    assert "a été changée (evenement)" in html


def test_la_page_d_un_creancier_dit_jusqu_ou_sa_chaine_est_verifiee(client):
    creancier = un_creancier()
    gestionnaire = un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE)
    client.force_login(gestionnaire)
    adresse = reverse("equipe:journal", args=[creancier.code])
    assert "pas encore vérifiée" in lisible(client.get(adresse))
    actions.confirmer_reglements(creancier, au=timezone.localdate(), acteur=gestionnaire)
    veiller(timezone.now())
    html = lisible(client.get(adresse))
    assert "Chaîne vérifiée jusqu’au" in html
    assert "1\xa0entrée sans écart" in html
