"""Ce qu'un gestionnaire lit, remet, note et règle des données personnelles."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import noter
from clients.enums import Validite
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.documents.models import Export
from recouvrement.droit.conservation import COMPTABLE, PERSONNES
from recouvrement.journal.models import Entree
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.lectures.personne import donnees_de
from recouvrement.vie_privee.models import Demande, Duree
from relances.enums import Canal, EtatRelance
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.envois import un_envoi
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier)


@pytest.fixture
def debiteur(creancier):
    return un_client(creancier=creancier, nom="Marie <b>Le Goff</b>", nature="particulier")


@pytest.fixture
def page(client, acteur, creancier):
    client.force_login(acteur)

    def aller(nom, *args, donnees=None):
        adresse = reverse(f"vie_privee:{nom}", args=[creancier.code, *args])
        return client.get(adresse) if donnees is None else client.post(adresse, donnees)

    return aller


def test_l_archive_dit_tout_et_l_export_se_compte(page, creancier, debiteur, acteur):
    noter(debiteur, texte="=Rappeler <i>mardi</i>", est_a_savoir=True, acteur=acteur)
    une_relance(
        debiteur,
        canal=Canal.COURRIEL,
        etat=EtatRelance.FAITE,
        faite_le=timezone.now(),
        envoi=un_envoi(creancier, nature="relance", etat=EtatEnvoi.ENVOYE, octets=b"From: x"),
    )
    reponse = page("exporter", debiteur.pk)
    assert reponse["Content-Disposition"].startswith("attachment")
    assert reponse["Cache-Control"] == "no-store, private"
    archive = ZipFile(BytesIO(reponse.content))
    lisible = archive.read("donnees.html").decode()
    assert "Rappeler &lt;i&gt;mardi" in lisible
    assert "Marie &lt;b&gt;" in lisible
    assert creancier.courriel_reponse in lisible
    dit = {r["titre"]: r["lignes"] for r in json.loads(archive.read("donnees.json"))["rubriques"]}
    assert dit["Notes"][0][1] == "=Rappeler <i>mardi</i>"
    assert len(dit["Factures et avoirs"]) == 1
    assert [archive.read(n) for n in archive.namelist() if n.startswith("messages/")] == [
        b"From: x"
    ]
    assert Export.objects.filter(par=acteur, page="vie_privee:exporter").count() == 1
    assert Entree.objects.pour(creancier).filter(evenement=Evenement.DONNEES_EXPORTEES).exists()


def test_les_quotas_d_export_valent_ici(page, debiteur, settings):
    settings.QUOTA_EXPORTS = 1
    assert page("exporter", debiteur.pk).status_code == 200
    assert page("exporter", debiteur.pk).status_code == 429


def test_une_opposition_se_note_ecarte_l_adresse_et_attend_sa_reponse(page, creancier, debiteur):
    coordonnee = debiteur.coordonnees.get()
    autre = une_coordonnee(debiteur, valeur="autre@personne.example")
    hier = timezone.localdate() - timedelta(days=1)
    faite = page(
        "demander",
        debiteur.pk,
        donnees={
            "nature": "opposition",
            "recue_le": hier,
            "objet": "Plus de courriels",
            "refusees": [coordonnee.pk],
        },
    )
    assert faite.status_code == 302
    coordonnee.refresh_from_db()
    autre.refresh_from_db()
    assert (coordonnee.validite, autre.validite) == (Validite.OPPOSITION, Validite.INCONNUE)
    demande = Demande.objects.pour(creancier).get()
    assert "à répondre avant le" in page("client", debiteur.pk).content.decode()
    refusee = page(
        "repondre",
        debiteur.pk,
        demande.pk,
        donnees={"le": hier - timedelta(days=3), "reponse": "Votre dette demeure."},
    )
    assert refusee.status_code == 422
    assert "ne peut pas précéder" in refusee.content.decode()
    page(
        "repondre", debiteur.pk, demande.pk, donnees={"le": hier, "reponse": "Votre dette demeure."}
    )
    demande.refresh_from_db()
    assert (demande.repondue_le, demande.reponse) == (hier, "Votre dette demeure.")
    assert "Votre dette demeure." in page("client", debiteur.pk).content.decode()


@pytest.mark.parametrize(
    ("donnees", "phrase"),
    [
        ({"nature": "opposition", "recue_le": "2099-01-01"}, "à venir"),
        ({"nature": "autre", "recue_le": "2026-01-01"}, "Sélectionnez un choix valide"),
        (
            {"nature": "acces", "recue_le": "2026-01-01", "refusees": ["99999"]},
            "Sélectionnez un choix valide",
        ),
    ],
)
def test_une_demande_mal_dite_revient_avec_sa_phrase(page, debiteur, donnees, phrase):
    reponse = page("demander", debiteur.pk, donnees=donnees)
    assert reponse.status_code == 422
    assert phrase in reponse.content.decode()


def test_l_effacement_dit_ce_qui_s_y_oppose_et_n_offre_pas_le_bouton(page, debiteur):
    assert "Effacer définitivement" in page("effacer", debiteur.pk).content.decode()
    une_facture(client=debiteur)
    contenu = page("effacer", debiteur.pk).content.decode()
    assert "à payer" in contenu
    assert "Effacer définitivement" not in contenu
    assert "L123-22" in contenu


def test_les_durees_se_reglent_et_le_registre_les_suit(page, creancier):
    assert "3 ans" in page("registre").content.decode()
    mois = {"personnes": 24, "imports": 6, "invitations": 3, "demandes": 60}
    assert page("conservation", donnees=mois).status_code == 302
    assert Duree.objects.pour(creancier).count() == 2
    registre = page("registre").content.decode()
    assert "2 ans" in registre
    assert PERSONNES.confiance in registre
    assert "10 ans" in registre
    assert COMPTABLE.fondement.replace("'", "&#x27;") in registre
    assert creancier.nom in registre
    refusee = page("conservation", donnees=mois | {"personnes": 99})
    assert refusee.status_code == 422
    assert "60" in refusee.content.decode()


def test_le_registre_de_l_instance_se_dit_sous_traitant(client, creancier):
    client.force_login(un_utilisateur(est_administrateur=True))
    contenu = client.get(reverse("vie_privee:instance")).content.decode()
    assert "Sous-traitant" in contenu
    assert creancier.nom in contenu
    assert "Journal des connexions" in contenu


def test_la_page_coute_autant_pour_un_contact_que_pour_trois(
    debiteur, acteur, django_assert_num_queries
):
    for tour in range(3):
        une_coordonnee(debiteur, valeur=f"x{tour}@personne.example")
        noter(debiteur, texte="x", est_a_savoir=False, acteur=acteur)
        une_relance(debiteur, factures=[une_facture(client=debiteur)])
        if tour != 1:
            with django_assert_num_queries(18):
                donnees_de(debiteur)
