"""Un créancier neuf se prépare : rien ne part avant qu'un gestionnaire ouvre ses envois."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions import heure
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.equipe.actions import creer_creancier, ouvrir_les_envois, refermer_les_envois
from recouvrement.equipe.evenements import Evenement
from recouvrement.journal.models import Entree
from relances.actions.battement import battre
from relances.actions.decisions import valider
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.lectures.relecture import relire
from relances.models import Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)
PLUS_TARD = DIX_HEURES + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def horloge(monkeypatch):
    monkeypatch.setattr(heure, "heure_de_la_base", lambda: PLUS_TARD)


@pytest.fixture
def neuf():
    """Il écrit d'une adresse prouvée, et a une facture en retard de cinq jours."""
    creancier = un_creancier(envois_ouverts_le=None)
    une_facture(
        client=un_client(creancier=creancier, nom="Cycles Le Bihan"),
        date_emission=LUNDI - timedelta(days=35),
        date_echeance=LUNDI - timedelta(days=5),
    )
    return creancier


def relance_de(creancier):
    return Relance.objects.pour(creancier).select_related("envoi").get()


def test_un_creancier_que_l_on_cree_n_envoie_rien_encore():
    acteur = un_utilisateur()
    cree = creer_creancier(acteur=acteur, code="neuf", nom="Neuf")
    assert cree.envois_ouverts_le is None


def test_ce_qui_est_prevu_attend_l_ouverture_puis_part(neuf, puits):
    battre(DIX_HEURES)
    prevue = relance_de(neuf)
    assert (prevue.etat, prevue.envoi.etat) == (EtatRelance.PLANIFIEE, EtatEnvoi.A_ENVOYER)
    assert puits.lignes() == []
    relue = relire(neuf, maintenant=DIX_HEURES, pk=prevue.pk)
    assert [b.code for b in relue.passagers] == [CodeBlocage.OUVERTURE]

    ouvrir_les_envois(neuf, acteur=un_utilisateur(chez=neuf), maintenant=DIX_HEURES)
    battre(PLUS_TARD)

    assert relance_de(neuf).etat == EtatRelance.FAITE
    assert len(puits.lignes()) == 1


def test_meme_un_courriel_qu_une_personne_valide_attend(neuf, puits):
    client = un_client(creancier=neuf)
    relance = une_relance(
        client,
        canal=Canal.COURRIEL,
        etat=EtatRelance.A_VALIDER,
        destinataire="compta@duval.example",
    )
    valider(relance, maintenant=DIX_HEURES, acteur=un_utilisateur(chez=neuf))
    battre(DIX_HEURES)
    assert puits.lignes() == []


def test_refermer_retient_de_nouveau_et_chaque_geste_est_au_journal(neuf, puits):
    acteur = un_utilisateur(chez=neuf)
    ouvrir_les_envois(neuf, acteur=acteur, maintenant=DIX_HEURES)
    ouvrir_les_envois(neuf, acteur=acteur, maintenant=PLUS_TARD)
    ouvert = Creancier.objects.get(pk=neuf.pk)
    assert (ouvert.envois_ouverts_le, ouvert.envois_ouverts_par) == (DIX_HEURES, acteur)
    refermer_les_envois(neuf, acteur=acteur)
    battre(DIX_HEURES)
    assert puits.lignes() == []
    assert Creancier.objects.get(pk=neuf.pk).envois_ouverts_par is None
    gestes = Entree.objects.pour(neuf).filter(evenement__startswith="envois_").order_by("pk")
    assert [(e.evenement, e.acteur) for e in gestes] == [
        (Evenement.ENVOIS_OUVERTS, acteur),
        (Evenement.ENVOIS_REFERMES, acteur),
    ]


def test_la_page_montre_ce_qui_partirait_puis_ouvre_et_referme(neuf, client):
    battre(DIX_HEURES)
    client.force_login(un_utilisateur(chez=neuf))
    adresse = reverse("relances:ouverture", args=[neuf.code])
    page = client.get(adresse).content.decode()
    assert "1 courriel prévu" in " ".join(page.split())
    assert "Cycles Le Bihan" in page
    assert "Ouvrir les envois" in page
    client.post(adresse, {"geste": "ouvrir"})
    assert Creancier.objects.get(pk=neuf.pk).envois_ouverts_le is not None
    assert "Refermer les envois" in client.get(adresse).content.decode()
    client.post(adresse, {"geste": "refermer"})
    assert Creancier.objects.get(pk=neuf.pk).envois_ouverts_le is None


def test_l_ouverture_est_au_gestionnaire(neuf, client):
    client.force_login(un_utilisateur(chez=neuf, role=Role.ASSISTANTE))
    reponse = client.post(reverse("relances:ouverture", args=[neuf.code]), {"geste": "ouvrir"})
    assert reponse.status_code == 403
    assert Creancier.objects.get(pk=neuf.pk).envois_ouverts_le is None


@pytest.mark.parametrize("combien", [1, 3])
def test_la_page_se_lit_en_autant_de_requetes(neuf, client, combien, django_assert_max_num_queries):
    for _ in range(combien):
        une_facture(
            client=un_client(creancier=neuf),
            date_emission=LUNDI - timedelta(days=35),
            date_echeance=LUNDI - timedelta(days=5),
        )
    battre(DIX_HEURES)
    client.force_login(un_utilisateur(chez=neuf))
    adresse = reverse("relances:ouverture", args=[neuf.code])
    client.get(adresse)
    with django_assert_max_num_queries(9):
        client.get(adresse)


@pytest.mark.parametrize("page", ["accueil:journee", "accueil:tableau"])
def test_le_gestionnaire_voit_que_rien_ne_part_encore(neuf, client, page):
    client.force_login(un_utilisateur(chez=neuf))
    dit = client.get(reverse(page)).content.decode()
    assert "Envois pas encore ouverts." in dit
    assert reverse("relances:ouverture", args=[neuf.code]) in dit


def test_a_la_mise_a_jour_ceux_qui_sont_la_restent_ouverts(neuf):
    import_module("recouvrement.comptes.migrations.0008_ouverture_des_envois").ouvrir(apps, None)
    neuf.refresh_from_db()
    assert neuf.envois_ouverts_le is not None
    assert neuf.envois_ouverts_par is None


@pytest.mark.parametrize("adresse", ["", "compta@kerbrat.example"])
def test_sans_expediteur_prouve_rien_ne_part_et_la_page_le_dit(client, puits, adresse):
    creancier = un_creancier(courriel_expediteur=adresse, courriel_verifie="")
    debiteur = un_client(creancier=creancier)
    une_facture(
        client=debiteur,
        date_emission=LUNDI - timedelta(days=35),
        date_echeance=LUNDI - timedelta(days=5),
    )
    battre(DIX_HEURES)
    assert puits.lignes() == []
    prevue = relance_de(creancier)
    client.force_login(un_utilisateur(chez=creancier))
    pages = [
        client.get(reverse("relances:relance", args=[creancier.code, prevue.pk])),
        client.get(reverse("relances:liste", args=[creancier.code])),
        client.get(reverse("relances:ouverture", args=[creancier.code])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "Expéditeur à" in page.content.decode()
        assert "@localhost" not in page.content.decode()
    message = client.get(reverse("relances:message_html", args=[creancier.code, prevue.pk]))
    assert message.status_code == 200
    assert debiteur.nom in message.content.decode()
