from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.enums import GenreCoordonnee, Validite
from recouvrement.comptes.enums import Role
from relances.actions.promesses import promettre
from relances.models import Appel, Promesse
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

# La page d’appel réunit plusieurs apps ; les suites d’un appel restent aux relances.
APPS = {"appel": "accueil"}
pytestmark = pytest.mark.django_db
PAGES = ("appel", "clore_rappel", "promesse")


@pytest.fixture
def debiteur():
    client = un_client()
    une_facture(client=client)
    return client


@pytest.fixture
def assistante(client, debiteur):
    personne = un_utilisateur(chez=debiteur.creancier, role=Role.ASSISTANTE)
    client.force_login(personne)
    return personne


def adresse(page, debiteur, objet=None):
    pk = debiteur.pk if page == "appel" else objet
    return reverse(f"{APPS.get(page, 'relances')}:{page}", args=[debiteur.creancier.code, pk])


def objet(page, debiteur, auteur):
    if page == "promesse":
        le = timezone.localdate()
        return promettre(debiteur, montant=Decimal("100.00"), pour_le=le, le=le, acteur=auteur).pk
    return Appel.objects.create(
        creancier=debiteur.creancier,
        client=debiteur,
        issue="messagerie",
        appele_le=timezone.now(),
        auteur=auteur,
    ).pk


@pytest.mark.parametrize("page", PAGES)
def test_le_lecteur_n_appelle_pas(client, debiteur, page):
    lecteur = un_utilisateur(chez=debiteur.creancier, role=Role.LECTURE)
    client.force_login(lecteur)

    reponse = client.post(adresse(page, debiteur, objet(page, debiteur, lecteur)))

    assert reponse.status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_le_client_d_un_autre_creancier_est_introuvable(client, debiteur, page):
    chez_nous = un_creancier()
    client.force_login(un_utilisateur(chez=chez_nous, role=Role.GESTIONNAIRE))
    pk = debiteur.pk if page == "appel" else objet(page, debiteur, un_utilisateur())

    reponse = client.post(
        reverse(f"{APPS.get(page, 'relances')}:{page}", args=[chez_nous.code, pk])
    )

    assert reponse.status_code == 404


def test_la_page_d_appel_propose_ses_numeros_valides(client, debiteur, assistante):
    une_coordonnee(debiteur, genre=GenreCoordonnee.TELEPHONE, valeur="+33299000001")
    une_coordonnee(
        debiteur,
        genre=GenreCoordonnee.TELEPHONE,
        valeur="+33299000002",
        validite=Validite.INVALIDE,
    )

    page = client.get(adresse("appel", debiteur)).content.decode()

    assert "+33299000001" in page
    assert "+33299000002" not in page


def test_le_formulaire_envoye_deux_fois_fait_un_appel(client, debiteur, assistante):
    saisie = {"issue": "messagerie", "cle_saisie": str(uuid4())}

    for _ in range(2):
        reponse = client.post(adresse("appel", debiteur), saisie)
        assert reponse.status_code == 302

    assert Appel.objects.pour(debiteur.creancier).count() == 1


def test_une_promesse_en_une_saisie(client, debiteur, assistante):
    pour_le = timezone.localdate() + timedelta(days=5)

    client.post(
        adresse("appel", debiteur),
        {"issue": "promet", "montant": "1 200,00", "pour_le": pour_le.isoformat()},
    )

    promesse = Promesse.objects.pour(debiteur.creancier).get()
    assert (promesse.montant, promesse.pour_le) == (Decimal("1200.00"), pour_le)


@pytest.mark.parametrize(
    ("saisie", "phrase"),
    [
        ({}, "Choisissez l&#x27;issue"),
        ({"issue": "promet", "pour_le": "2020-01-01", "montant": "1"}, "déjà passée"),
        ({"issue": "promet", "montant": "-1"}, "supérieur à zéro"),
        ({"issue": "conteste"}, "Cochez la facture"),
        ({"issue": "rappeler"}, "Indiquez quand rappeler"),
        ({"issue": "paye", "paye_le": "2090-01-01"}, "pas encore passée"),
    ],
)
def test_une_saisie_incomplete_revient_avec_sa_phrase(client, debiteur, assistante, saisie, phrase):
    reponse = client.post(adresse("appel", debiteur), saisie)

    assert reponse.status_code == 422
    assert phrase in reponse.content.decode().replace("’", "&#x27;")
    assert not Appel.objects.pour(debiteur.creancier).exists()


def test_on_ne_revient_que_chez_nous(client, debiteur, assistante):
    for suivant, vers in (("/journee/", "/journee/"), ("https://ailleurs.example/", None)):
        reponse = client.post(
            adresse("appel", debiteur), {"issue": "messagerie", "suivant": suivant}
        )
        assert reponse.url == (vers or debiteur.get_absolute_url())


def test_annuler_laisse_l_appel_au_fil_barre(client, debiteur, assistante):
    client.post(adresse("appel", debiteur), {"issue": "messagerie"})
    consigne = Appel.objects.pour(debiteur.creancier).get()

    client.post(consigne.geste.adresse_d_annulation)

    consigne.refresh_from_db()
    assert consigne.annule_le is not None
    assert "(annulé)" in client.get(debiteur.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("constat", "est_tenue"), [("tenue", True), ("rompue", False)])
def test_une_personne_dit_ce_qu_est_devenue_la_promesse(
    client, debiteur, assistante, constat, est_tenue
):
    pk = objet("promesse", debiteur, assistante)

    client.post(adresse("promesse", debiteur, pk), {"constat": constat})
    encore = client.post(adresse("promesse", debiteur, pk), {"constat": constat})

    assert encore.status_code == 302
    assert Promesse.objects.pour(debiteur.creancier).get(pk=pk).est_tenue is est_tenue
