"""Ce qu'un créancier garde et ce qu'une personne emporte se comptent dans la base."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from factures.actions import deposer_piece
from factures.actions.importation import preparer_import
from factures.models import Importation, Piece
from recouvrement.comptes.enums import Role
from recouvrement.documents.actions.quotas import QuotaAtteint, noter_export, place_de
from recouvrement.documents.models import Depot, Export
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def acteur():
    return un_utilisateur()


@pytest.fixture
def debiteur():
    return un_client()


def deposer(debiteur, acteur, octets=b"bonjour", nom="a.txt"):
    return deposer_piece(
        debiteur, nature="autre", intitule="", nom_fichier=nom, octets=octets, acteur=acteur
    )


def test_la_place_se_compte_une_fois_par_fichier(debiteur, acteur):
    deposer(debiteur, acteur)
    autre = un_client(creancier=debiteur.creancier)
    deposer(autre, acteur)
    deposer(autre, acteur, octets=b"au revoir")
    assert place_de(debiteur.creancier).prise == 7 + 9
    assert place_de(un_client().creancier).prise == 0


def test_au_dela_de_la_place_rien_ne_se_garde(debiteur, acteur, settings):
    settings.QUOTA_STOCKAGE = 10
    deposer(debiteur, acteur)
    with pytest.raises(QuotaAtteint, match=r"7.octets sur 10.octets"):
        deposer(debiteur, acteur, octets=b"quatre")
    with pytest.raises(QuotaAtteint, match="La place manque"):
        preparer_import(
            debiteur.creancier, [("a.csv", b"a;b\n1;2\n")], acteur=acteur, maintenant=timezone.now()
        )
    assert Piece.objects.pour(debiteur.creancier).count() == 1
    assert not Importation.objects.pour(debiteur.creancier).exists()


def test_les_depots_d_une_heure_sont_bornes(debiteur, acteur, settings):
    settings.QUOTA_DEPOTS = 2
    for mot in (b"un", b"deux"):
        deposer(debiteur, acteur, octets=mot)
    with pytest.raises(QuotaAtteint, match="2 fichiers au plus se déposent en une heure"):
        deposer(debiteur, acteur, octets=b"trois")
    il_y_a_deux_heures = timezone.now() - timedelta(hours=2)
    Depot.objects.pour(debiteur.creancier).update(le=il_y_a_deux_heures)
    deposer(debiteur, acteur, octets=b"trois")


def test_les_exports_d_une_personne_sont_bornes(client, debiteur, settings):
    settings.QUOTA_EXPORTS = 1
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.LECTURE))
    adresse = reverse("clients:exporter", args=[debiteur.creancier.code])
    assert client.get(adresse).status_code == 200
    reponse = client.get(adresse)
    assert reponse.status_code == 429
    assert "1 exports au plus par heure" in reponse.content.decode()
    Export.objects.update(le=timezone.now() - timedelta(hours=2))
    assert client.get(adresse).status_code == 200


def test_l_export_d_une_autre_personne_ne_compte_pas(acteur, settings):
    settings.QUOTA_EXPORTS = 1
    noter_export(acteur, page="a")
    noter_export(un_utilisateur(), page="a")
    with pytest.raises(QuotaAtteint):
        noter_export(acteur, page="a")


def test_la_place_prise_se_lit_aux_parametres(client, debiteur, acteur, settings):
    settings.QUOTA_STOCKAGE = 5 * 1024**3
    deposer(debiteur, acteur, octets=bytes(1500))
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.LECTURE))
    page = client.get(reverse("equipe:parametres", args=[debiteur.creancier.code]))
    assert "1,5 Kio sur 5,0 Gio" in page.content.decode().replace("\xa0", " ")


def test_une_piece_refusee_pour_la_place_se_dit_a_cote_du_fichier(client, debiteur, settings):
    settings.QUOTA_STOCKAGE = 1
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.ASSISTANTE))
    reponse = client.post(
        reverse("factures:deposer_piece", args=[debiteur.creancier.code, debiteur.pk]),
        {"fichier": SimpleUploadedFile("a.txt", b"bonjour"), "nature": "autre"},
    )
    assert reponse.status_code == 422
    assert "La place manque" in reponse.content.decode()
