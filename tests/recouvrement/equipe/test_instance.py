"""Ce que l'administrateur voit et fait de l'instance : comptes, liens, messages gardés."""

from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage, send_mail
from django.test import Client
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.courriel.actions.depot import deposer
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.models import Invitation
from recouvrement.journal.models import Entree
from tests.appuis.envois import expedier_un
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
LE = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIEN = "http://localhost:8000/compte/password/reset/key/1-abc123-def456/"
NOUVEAU = "quatre-chevaux-de-bois"


def administrateur(client):
    personne = un_utilisateur(est_administrateur=True)
    client.force_login(personne)
    return personne


def un_message(n=1, corps=f"Ce lien :\n\n{LIEN}\n\nFin."):
    message = EmailMessage("Choisir", corps, "app@exemple.example", ["lea@exemple.example"])
    return deposer(
        creancier=None,
        nature=NatureEnvoi.COMPTE,
        cle=f"compte:{n}",
        destinataire="lea@exemple.example",
        expediteur="app@exemple.example",
        sujet="Choisir",
        message=message,
        maintenant=LE,
    )


def adresses(compte, envoi):
    return [
        ("get", reverse("equipe:comptes")),
        ("get", reverse("equipe:messages")),
        ("get", reverse("equipe:message", args=[envoi.pk])),
        ("post", reverse("equipe:message", args=[envoi.pk])),
        ("post", reverse("equipe:compte_lien", args=[compte.pk])),
        ("post", reverse("equipe:compte_desactiver", args=[compte.pk])),
        ("post", reverse("equipe:compte_reactiver", args=[compte.pk])),
    ]


def test_un_gestionnaire_ne_touche_pas_a_l_instance(client):
    compte = un_utilisateur(chez=un_creancier())
    client.force_login(compte)

    for methode, adresse in adresses(compte, un_message()):
        assert getattr(client, methode)(adresse).status_code == 403, adresse


def test_un_message_garde_se_lit_sans_donner_son_lien(client):
    administrateur(client)
    envoi = un_message()

    liste = client.get(reverse("equipe:messages")).content.decode()
    page = client.get(reverse("equipe:message", args=[envoi.pk])).content.decode()

    assert "lea@exemple.example" in liste
    assert "Gardé (aucun serveur d&#x27;envoi)" in liste
    assert "abc123" not in liste + page
    assert "password/reset/key/…" in page
    assert not Entree.objects.systeme().exists()


def test_montrer_le_lien_s_inscrit_au_journal(client):
    admin = administrateur(client)
    envoi = un_message()

    page = client.post(reverse("equipe:message", args=[envoi.pk])).content.decode()

    assert "1-abc123-def456" in page
    entree = Entree.objects.systeme().get()
    assert (entree.evenement, entree.acteur) == ("lien_montre", admin)
    assert entree.donnees == {"destinataire": "lea@exemple.example"}


def test_un_message_en_route_ne_montre_jamais_son_lien(client, settings, smtp_regle):
    administrateur(client)
    envoi = un_message()

    page = client.post(reverse("equipe:message", args=[envoi.pk])).content.decode()

    assert envoi.etat == EtatEnvoi.A_ENVOYER
    assert "abc123" not in page
    assert not Entree.objects.systeme().exists()


def test_une_fois_parti_le_message_ne_garde_plus_son_lien(client, smtp_regle):
    administrateur(client)
    envoi = un_message()

    assert expedier_un(lambda: LE, transport=Accepte(), metiers={}) == EtatEnvoi.ENVOYE

    envoi.refresh_from_db()
    assert bytes(envoi.octets) == b""
    assert len(envoi.empreinte) == 64
    page = client.get(reverse("equipe:message", args=[envoi.pk])).content.decode()
    assert "n’est pas gardé" in page


@pytest.mark.parametrize("nombre", [1, 3])
def test_les_messages_ne_coutent_pas_plus_quand_ils_sont_plus(
    client, nombre, django_assert_num_queries
):
    administrateur(client)
    for n in range(nombre):
        un_message(n)

    with django_assert_num_queries(5):
        client.get(reverse("equipe:messages"))


def test_le_message_d_un_creancier_n_y_parait_pas(client):
    administrateur(client)
    creancier = un_creancier()
    actions.inviter(
        creancier,
        courriel="x@y.example",
        role=Role.LECTURE,
        acteur=un_utilisateur(chez=creancier),
        maintenant=LE,
    )
    envoi = Envoi.objects.pour(creancier).get()

    assert "x@y.example" not in client.get(reverse("equipe:messages")).content.decode()
    assert client.get(reverse("equipe:message", args=[envoi.pk])).status_code == 404


def test_un_lien_donne_par_l_administrateur_sert_une_fois(client):
    admin = administrateur(client)
    lea = un_utilisateur(email="lea@exemple.example", mot_de_passe="trois-chevaux-de-bois")

    page = client.post(reverse("equipe:compte_lien", args=[lea.pk]))
    chemin = page.context["adresse"].removeprefix("http://localhost:8000")

    navigateur = Client()
    formulaire = navigateur.get(chemin, follow=True).request["PATH_INFO"]
    navigateur.post(formulaire, {"password1": NOUVEAU, "password2": NOUVEAU})
    lea.refresh_from_db()
    assert lea.check_password(NOUVEAU)
    assert "Ce lien ne sert plus" in Client().get(chemin, follow=True).content.decode()
    donne = Entree.objects.systeme().order_by("id").first()
    assert (donne.evenement, donne.acteur, donne.donnees) == (
        *("lien_donne", admin),
        {"courriel": "lea@exemple.example"},
    )


def test_pas_de_lien_pour_un_compte_desactive(client):
    administrateur(client)
    parti = un_utilisateur(is_active=False)

    page = client.post(reverse("equipe:compte_lien", args=[parti.pk]))

    assert page.status_code == 422
    assert "réactivez-le" in page.content.decode()


def test_l_equipe_voit_qu_une_invitation_a_ete_refusee(client, smtp_regle):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier))
    client.post(
        reverse("equipe:inviter", args=[creancier.code]),
        {"courriel": "lea@exemple.example", "role": "lecture"},
    )
    Envoi.objects.pour(creancier).update(etat=EtatEnvoi.ECHEC, reponse="550 5.1.1 inconnue")

    page = client.get(reverse("equipe:equipe", args=[creancier.code])).content.decode()

    assert Invitation.objects.pour(creancier).count() == 1
    assert "Courriel refusé : 550 5.1.1 inconnue" in page


def test_les_courriels_de_django_passent_par_ces_messages(settings):
    boite = "recouvrement.courriel.adaptateurs.BoiteDeDepart"
    settings.MAILERS = {"default": {"BACKEND": boite}}

    send_mail("Objet", "Corps", "app@exemple.example", ["lea@exemple.example"])

    assert Envoi.objects.de_compte().get().destinataire == "lea@exemple.example"


class Accepte:
    """Un serveur d'envoi qui dit oui à tout."""

    def ouvrir(self):
        pass

    def adresser(self, expediteur, destinataire, *, copies, avec_temoin):
        assert not avec_temoin, "un lien personnel ne se copie nulle part"
        return {}

    def renoncer(self):
        pass

    def transmettre(self, octets, *, tient):
        assert tient()
        return "250 2.0.0 Ok"


@pytest.fixture
def smtp_regle(settings):
    settings.SERVEUR_SMTP = object()
