from decimal import Decimal

import pytest

from clients.enums import GenreCoordonnee
from recouvrement.accueil.lectures.recherche import chercher
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    trouve = un_client(nom="Hôtel Bellérophon", siren="404833048", courriel=None)
    une_coordonnee(trouve, genre=GenreCoordonnee.TELEPHONE, valeur="+33299123456")
    une_coordonnee(trouve, valeur="compta@bellerophon.example")
    un_client(creancier=trouve.creancier, nom="Tabac Étienne", siren="732829320")
    return trouve


@pytest.mark.parametrize(
    "texte",
    [
        "hotel bellero",
        "BELLÉROPHON",
        "404833048",
        "404 833 048",
        "02 99 12 34 56",
        "0299123456",
        "+33 2 99 12 34 56",
        "compta@bellerophon",
    ],
)
def test_un_client_se_trouve_par_ce_que_l_on_a_sous_les_yeux(client, texte):
    assert chercher([client.creancier], texte).clients == [client]


@pytest.mark.parametrize("texte", ["1234,56", "1 234,56 €", "1234.56", "1\u202f234,56"])
def test_une_facture_se_trouve_par_son_montant(client, texte):
    facture = une_facture(client=client, montant_ttc=Decimal("1234.56"))
    une_facture(client=client)

    assert chercher([client.creancier], texte).factures == [facture]


def test_une_facture_se_trouve_par_un_morceau_de_son_numero(client):
    facture = une_facture(client=client, numero="FAC-2026/0042-B")

    assert chercher([client.creancier], "0042-b").factures == [facture]


def test_on_ne_trouve_rien_chez_un_autre_creancier(client):
    une_facture(client=client, numero="FAC-0042")
    chez_nous = un_creancier()

    assert chercher([chez_nous], "bellerophon").nombre == 0
    assert chercher([chez_nous], "FAC-0042").nombre == 0
    assert chercher([], "bellerophon").nombre == 0


@pytest.mark.parametrize(
    "texte", ["", " ", "a", "\0\0", "%%", "__", "NaN", "1e999", "∞∞", "'; DROP", "é" * 500]
)
def test_une_recherche_bizarre_ne_trouve_rien_et_ne_casse_rien(client, texte):
    assert chercher([client.creancier], texte).nombre == 0
