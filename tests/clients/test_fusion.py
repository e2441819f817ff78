"""Une fusion, vue des apps du dessus : tout suit, rien ne se perd."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.apps import apps

from clients import actions
from clients.models import Client
from contentieux.models import Dossier
from factures.models import Encaissement, Facture, Piece
from recouvrement.documents import fichiers
from relances.models import Appel, Promesse
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
JOUR = date(2026, 3, 2)


def une_promesse(client, acteur):
    return Promesse.objects.create(
        creancier=client.creancier,
        client=client,
        montant=Decimal("10.00"),
        pour_le=date(2026, 4, 1),
        faite_le=date(2026, 2, 1),
        auteur=acteur,
    )


def test_tout_ce_qui_tenait_a_la_fiche_absorbee_passe_a_la_fiche_gardee():
    creancier, acteur = un_creancier(), un_utilisateur()
    garde, absorbe = un_client(creancier=creancier), un_client(creancier=creancier)
    commun = {"creancier": creancier, "client": absorbe}
    une_facture(client=absorbe)
    Encaissement.objects.create(
        **commun,
        montant=Decimal("5.00"),
        disponible=Decimal("5.00"),
        recu_le=JOUR,
        moyen="virement",
        saisi_par=acteur,
    )
    Piece.objects.create(
        **commun,
        nature="autre",
        intitule="Bon",
        nom_fichier="b.pdf",
        taille=3,
        empreinte=fichiers.deposer(b"bon"),
    )
    Appel.objects.create(
        **commun,
        issue="messagerie",
        appele_le=datetime(2026, 3, 1, 9, tzinfo=UTC),
        auteur=acteur,
    )
    Dossier.objects.create(**commun, ouvert_le=JOUR, ouvert_par=acteur)

    actions.fusionner(garde, absorbe, le=JOUR, acteur=acteur)

    for modele in (Facture, Encaissement, Piece, Appel, Dossier):
        assert modele.objects.pour(creancier).get().client_id == garde.pk


def test_la_nature_connue_de_l_une_vaut_pour_la_fiche_gardee():
    creancier, acteur = un_creancier(), un_utilisateur()
    garde = un_client(creancier=creancier, nature="inconnue")
    absorbe = un_client(creancier=creancier, nature="particulier", est_commercant=None)

    actions.fusionner(garde, absorbe, le=JOUR, acteur=acteur)

    garde.refresh_from_db()
    assert garde.nature == "particulier"


def test_de_deux_promesses_en_cours_celle_de_la_fiche_gardee_reste():
    creancier, acteur = un_creancier(), un_utilisateur()
    garde, absorbe = un_client(creancier=creancier), un_client(creancier=creancier)
    gardee, remplacee = une_promesse(garde, acteur), une_promesse(absorbe, acteur)

    actions.fusionner(garde, absorbe, le=JOUR, acteur=acteur)

    remplacee.refresh_from_db()
    assert (remplacee.client_id, remplacee.close_le, remplacee.est_tenue) == (garde.pk, JOUR, None)
    assert list(Promesse.objects.pour(creancier).en_cours()) == [gardee]


def test_aucune_table_qui_designe_un_client_n_est_oubliee_par_la_fusion():
    suivies = {
        *("clients.Contact", "clients.Coordonnee", "clients.Note", "clients.Client"),
        *("factures.Facture", "factures.Encaissement", "factures.Piece"),
        *("factures.Convention", "factures.ProcedureOuverte", "factures.DebiteurReconnu"),
        *("relances.Relance", "relances.Appel", "relances.Promesse"),
        *("relances.Courrier", "relances.MiseEnDemeure", "contentieux.Dossier"),
        "vie_privee.Demande",
        # Ce qui dit la fusion elle-même.
        "clients.Fusion",
        # Ce qu'un geste a dit de la fiche absorbée reste le sien : l'autre avait sa propre réponse.
        "clients.Qualification",
    }
    designent = {
        modele._meta.label
        for modele in apps.get_models()
        for champ in modele._meta.get_fields()
        if champ.is_relation and not champ.auto_created and champ.related_model is Client
    }
    oubliees = sorted(designent - suivies)
    assert oubliees == [], f"{oubliees} : suivre la fusion dans les receivers de l'app"
