"""La purge de la nuit : ce que l'aperçu annonce, ni plus ni moins, une fois, et chacun pour soi."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients.actions import noter
from clients.models import Client, Contact, Note
from factures.actions.importation import preparer_import
from factures.models import Importation, LigneImport
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents import fichiers
from recouvrement.documents.models import Depot, Export
from recouvrement.droit.conservation import DU_CREANCIER
from recouvrement.equipe.actions import constater_la_connexion, desactiver_compte, inviter
from recouvrement.equipe.models import Invitation
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.vie_privee import nuit
from recouvrement.vie_privee.actions.durees import changer_les_durees
from recouvrement.vie_privee.actions.purge import purger, purger_la_nuit
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.models import Duree, Purge
from recouvrement.vie_privee.nuit import apercu_de_la_nuit
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db

NUIT = datetime(2026, 11, 28, 3, tzinfo=UTC)
VIEUX = datetime(2022, 5, 3, 9, tzinfo=UTC)


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier)


def un_ancien(creancier, acteur, **champs) -> Client:
    """Tout est payé depuis 2022, et plus rien ne lui est arrivé."""
    client = un_client(creancier=creancier, **champs)
    facture = une_facture(
        client=client, date_emission=date(2022, 1, 3), date_echeance=date(2022, 2, 3)
    )
    noter(client, texte="À rappeler le matin", est_a_savoir=True, acteur=acteur)
    Client.objects.pour(creancier).filter(pk=client.pk).update(cree_le=VIEUX)
    Note.objects.pour(creancier).update(ecrite_le=VIEUX)
    un_encaissement(facture, montant=facture.solde, recu_le=date(2022, 5, 1))
    type(facture).objects.pour(creancier).filter(pk=facture.pk).update(soldee_le=date(2022, 5, 1))
    return client


def un_import(creancier, acteur) -> Importation:
    importation = preparer_import(
        creancier,
        [("f.csv", b"Numero;Client;Date;Echeance;TTC\nF-9;Durand;01/02/2022;01/03/2022;5\n")],
        acteur=acteur,
        maintenant=VIEUX,
    )
    Importation.objects.pour(creancier).filter(pk=importation.pk).update(depose_le=VIEUX)
    importation.refresh_from_db()
    return importation


def test_l_apercu_est_ce_que_la_purge_efface(creancier, acteur):
    societe = un_ancien(creancier, acteur)
    marie = un_ancien(creancier, acteur, nature="particulier")
    un_import(creancier, acteur)
    inviter(creancier, courriel="x@y.example", role="lecture", acteur=acteur, maintenant=VIEUX)

    apercu = apercu_de_la_nuit(creancier, maintenant=NUIT)
    faits = purger(creancier, maintenant=NUIT)

    assert faits == apercu
    comptes = {compte.quoi: compte.nombre for compte in faits}
    assert (comptes["Contacts"], comptes["Notes"], comptes["Invitations"]) == (2, 2, 1)
    assert comptes["Nom, adresse et identifiants de la fiche"] == 1
    assert apercu_de_la_nuit(creancier, maintenant=NUIT) == []
    assert Contact.objects.pour(creancier).count() == Note.objects.pour(creancier).count() == 0
    assert Invitation.objects.pour(creancier).count() == 0
    societe.refresh_from_db()
    marie.refresh_from_db()
    assert "Duval" in societe.nom
    assert marie.nom == f"Débiteur effacé n° {marie.pk}"


@pytest.mark.parametrize(
    "vit",
    [
        lambda c, a: une_facture(client=c),
        lambda c, a: une_relance(c, factures=[], faite_le=NUIT - timedelta(days=300)),
        lambda c, a: noter(c, texte="hier", est_a_savoir=False, acteur=a),
    ],
)
def test_un_client_qui_vit_encore_n_est_pas_touche(creancier, acteur, vit):
    client = un_ancien(creancier, acteur)
    vit(client, acteur)
    assert purger(creancier, maintenant=NUIT) == []
    assert client.contacts.count() == 1


@pytest.mark.django_db(transaction=True)
def test_un_vieil_import_ne_garde_ni_lignes_ni_fichier(creancier, acteur, client):
    importation = un_import(creancier, acteur)
    empreinte = importation.fichiers[0]["empreinte"]
    fichiers.lire(empreinte)
    purger(creancier, maintenant=datetime(2100, 1, 1, 3, tzinfo=UTC))
    with pytest.raises(fichiers.FichierPerdu):
        fichiers.lire(empreinte)
    assert not Depot.objects.pour(creancier).filter(empreinte=empreinte).exists()
    assert set(LigneImport.objects.pour(creancier).values_list("lu__numero", flat=True)) == {None}
    client.force_login(acteur)
    page = client.get(reverse("factures:import", args=[creancier.code, importation.pk]))
    assert page.status_code == 200
    assert "Durand" not in page.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("garde", ["nommé par un voisin", "redéposé ce jour"])
def test_un_fichier_encore_nomme_ou_depose_ce_jour_reste(creancier, acteur, garde):
    importation = un_import(creancier, acteur)
    empreinte = importation.fichiers[0]["empreinte"]
    demain = datetime.now(UTC) + timedelta(days=1)
    if garde == "nommé par un voisin":
        octets = fichiers.lire(importation.fichiers[0]["empreinte"])
        preparer_import(un_creancier(), [("f.csv", octets)], acteur=acteur, maintenant=NUIT)
        demain += timedelta(days=1)
    else:
        demain -= timedelta(days=1)
    purger(creancier, maintenant=demain)
    importation.refresh_from_db()
    assert importation.fichiers == []
    fichiers.lire(empreinte)


def test_la_nuit_passe_une_fois_pour_chacun_et_l_echec_de_l_un_n_arrete_pas_les_autres(
    creancier, acteur, monkeypatch
):
    un_ancien(creancier, acteur)
    voisin = un_creancier()
    un_ancien(voisin, un_utilisateur(chez=voisin))
    vrai = nuit.durees_de

    def panne(qui):
        if qui == creancier:
            raise ValueError("panne")
        return vrai(qui)

    monkeypatch.setattr(nuit, "durees_de", panne)
    assert purger_la_nuit(NUIT.replace(hour=0)) == []
    faites = {purge.creancier_id: purge for purge in purger_la_nuit(NUIT)}
    assert "ValueError" in faites[creancier.pk].echec
    assert (faites[voisin.pk].echec, faites[voisin.pk].total > 2) == ("", True)
    assert faites[None].comptes == []
    assert purger_la_nuit(NUIT + timedelta(hours=1)) == []
    assert len(purger_la_nuit(NUIT + timedelta(days=1))) == 3
    inscrite = Entree.objects.pour(voisin).get(evenement=Evenement.PURGE_FAITE)
    assert inscrite.donnees["efface"]["Contacts"] == 1


def test_une_purge_interrompue_est_reprise(creancier):
    Purge.objects.create(creancier=creancier, nuit=NUIT.date(), commence_le=NUIT)
    assert creancier.pk not in {p.creancier_id for p in purger_la_nuit(NUIT)}
    tard = NUIT + timedelta(hours=3)
    assert creancier.pk in {p.creancier_id for p in purger_la_nuit(tard)}


def test_les_durees_restent_dans_les_bornes_de_la_loi(creancier, acteur):
    changer_les_durees(creancier, mois={"personnes": 12}, acteur=acteur)
    assert Duree.objects.pour(creancier).get().mois == 12
    with pytest.raises(ErreurMetier, match="entre 12 et 60 mois"):
        changer_les_durees(creancier, mois={"personnes": 61}, acteur=acteur)
    with pytest.raises(IntegrityError), transaction.atomic():
        Duree.objects.create(creancier=creancier, genre="imports", mois=99)
    changer_les_durees(creancier, mois={c.cle: c.mois for c in DU_CREANCIER}, acteur=acteur)
    assert not Duree.objects.pour(creancier).exists()


def test_une_duree_plus_courte_efface_plus_tot(creancier, acteur):
    client = un_ancien(creancier, acteur)
    une_relance(client, factures=[], faite_le=NUIT - timedelta(days=500))
    client.relances.update(creee_le=VIEUX)
    assert apercu_de_la_nuit(creancier, maintenant=NUIT) == []
    changer_les_durees(creancier, mois={"personnes": 12}, acteur=acteur)
    assert apercu_de_la_nuit(creancier, maintenant=NUIT) != []


def test_l_instance_oublie_connexions_exports_et_comptes_clos():
    compte, actif = un_utilisateur(), un_utilisateur()
    constater_la_connexion(compte, depuis="192.0.2.7")
    Export.objects.create(par=compte, page="factures:exporter")
    desactiver_compte(compte, acteur=actif, maintenant=NUIT)
    un_an, dix_ans = [NUIT.replace(year=annee) for annee in (2028, 2036)]

    assert [(c.quoi, c.nombre) for c in purger(None, maintenant=un_an)] == [
        ("Connexions", 1),
        ("Traces d'exports", 1),
    ]
    assert not Entree.objects.systeme().filter(donnees__depuis="192.0.2.7").exists()
    compte.refresh_from_db()
    assert "@exemple" in compte.email
    assert [(c.quoi, c.nombre) for c in purger(None, maintenant=dix_ans)] == [
        ("Comptes désactivés", 1)
    ]
    compte.refresh_from_db()
    assert (compte.email, compte.nom_complet) == (
        f"compte-{compte.pk}@efface.invalid",
        f"Ancien membre n° {compte.pk}",
    )
    assert purger(None, maintenant=dix_ans) == []
    assert Utilisateur.objects.get(pk=actif.pk).is_active


def test_la_commande_montre_puis_efface(creancier, acteur):
    un_ancien(creancier, acteur)

    def dire(*options: str) -> str:
        sortie = StringIO()
        call_command("purger", *options, stdout=sortie)
        return sortie.getvalue()

    assert f"{creancier.code} : " in dire("--a-blanc")
    assert "contacts 1" in dire("--a-blanc")
    assert Contact.objects.pour(creancier).exists()
    assert "contacts 1" in dire("--creancier", creancier.code)
    assert not Contact.objects.pour(creancier).exists()
    assert "instance : rien" in dire()
    with pytest.raises(CommandError, match="Aucun créancier"):
        dire("--creancier", "inconnu")


@pytest.mark.parametrize("combien", [1, 3])
def test_l_apercu_coute_autant_pour_un_client_que_pour_trois(
    creancier, acteur, combien, django_assert_num_queries
):
    for _ in range(combien):
        un_ancien(creancier, acteur)
    with django_assert_num_queries(21):
        assert apercu_de_la_nuit(creancier, maintenant=NUIT)
