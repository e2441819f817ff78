"""L'aperçu, là où il demande : qui est ce débiteur, pourquoi cet autre vendeur."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from clients.models import Client
from factures.actions.importation import preparer_import
from factures.models import LigneImport
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.factures.imports.echantillons import un_cii

pytestmark = pytest.mark.django_db
ENTETES = "Numéro;Client;Date facture;Montant TTC\n"


@pytest.fixture
def creancier():
    return un_creancier(nom="Menuiserie Tanguy", siren="900100207")


@pytest.fixture(autouse=True)
def acteur(client, creancier):
    acteur = un_utilisateur(chez=creancier)
    client.force_login(acteur)
    return acteur


def deposer(creancier, nom, octets):
    return preparer_import(creancier, [(nom, octets)], acteur=None, maintenant=None)


def adresse(nom, importation):
    return reverse(f"factures:{nom}", args=[importation.creancier.code, importation.pk])


def sorts(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return [ligne.sort for ligne in lignes.order_by("rang")]


def des_debiteurs(creancier, nombre):
    for n in range(nombre):
        un_client(creancier=creancier, nom=f"Duval {n}", courriel=None)
    lignes = "".join(f"F{n};Duval {n};01/05/2026;10,00\n" for n in range(nombre))
    return deposer(creancier, "v.csv", (ENTETES + lignes).encode())


def test_un_debiteur_douteux_se_reconnait_d_un_clic(client, creancier):
    importation = des_debiteurs(creancier, 1)
    page = lisible(client.get(adresse("import", importation)))
    assert "1\xa0débiteur à reconnaître" in page
    assert "est « Duval 0 » (Rennes)" in page
    connu = Client.objects.pour(creancier).get()
    reponse = client.post(
        adresse("reconnaitre_import", importation), {"d1": str(connu.pk)}, follow=True
    )
    assert sorts(importation) == ["creee"]
    assert "à reconnaître" not in lisible(reponse)


def test_une_reponse_inconnue_ou_absente_ne_change_rien(client, creancier):
    importation = des_debiteurs(creancier, 1)
    for saisie in ({"d1": "999999"}, {}):
        client.post(adresse("reconnaitre_import", importation), saisie)
        assert sorts(importation) == ["refusee"]


def test_un_autre_vendeur_s_admet_avec_un_motif_et_pas_sans(client, creancier):
    importation = deposer(creancier, "a.xml", un_cii())
    page = lisible(client.get(adresse("import", importation)))
    assert "1\xa0autre vendeur" in page
    reponse = client.post(adresse("admettre_vendeur", importation), {"v1": " "})
    assert reponse.status_code == 422
    assert "Dites pourquoi : sans motif" in lisible(reponse)
    client.post(adresse("admettre_vendeur", importation), {"v1": "Fonds repris"})
    assert sorts(importation) == ["creee"]


@pytest.mark.parametrize("nombre", [1, 3])
def test_l_apercu_coute_autant_pour_une_question_que_pour_trois(
    client, creancier, nombre, django_assert_num_queries
):
    importation = des_debiteurs(creancier, nombre)
    client.get(adresse("import", importation))
    with django_assert_num_queries(14):
        client.get(adresse("import", importation))


def test_un_encodage_incertain_se_choisit_sur_un_extrait(client, creancier):
    octets = "Numéro;Client;Date facture;Montant TTC\nF1;Société Élagage;01/05/2026;10,00\n".encode(
        "mac_roman"
    )
    importation = deposer(creancier, "v.csv", octets)
    page = lisible(client.get(adresse("import", importation)))
    assert "Mac Roman : Numéro;Client;Date facture" in page
    client.post(adresse("encoder_import", importation), {"e1": "mac_roman"})
    ligne = LigneImport.objects.pour(creancier).get()
    assert (ligne.sort, ligne.lu["acheteur"]["nom"]) == ("creee", "Société Élagage")


def test_la_commande_lit_dans_l_encodage_dit(creancier, tmp_path):
    fichier = tmp_path / "v.csv"
    fichier.write_bytes((ENTETES + "F1;Société;01/05/2026;10,00\n").encode("mac_roman"))
    with pytest.raises(CommandError):
        call_command("importer_factures", str(fichier), creancier=creancier.code)
    call_command("importer_factures", str(fichier), creancier=creancier.code, encodage="mac_roman")
    assert Client.objects.pour(creancier).get().nom == "Société"
