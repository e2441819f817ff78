"""L'import, du dépôt à l'écriture."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clients.models import Client, Coordonnee
from factures.actions import modifier_facture
from factures.actions.importation import (
    abandonner_import,
    depot,
    preparer_import,
    relire_import,
    valider_import,
)
from factures.enums import EtatImport, Moyen
from factures.erreurs import ImportDejaTraite, ImportVide
from factures.imports.types import FactureLue, PartieLue, ResultatLecture
from factures.models import (
    CorrespondanceColonnes,
    Encaissement,
    Facture,
    Importation,
    LigneImport,
    Piece,
)
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import un_encaissement, une_facture

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 4, 1, 10, tzinfo=UTC)
ENTETES = "Numéro;Client;SIREN;Date facture;Échéance;Montant TTC;Déjà payé"


@pytest.fixture(autouse=True)
def les_soldes_se_refont(db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def tableau(*lignes, entetes=ENTETES):
    return [("ventes.csv", "\n".join([entetes, *lignes]).encode())]


def preparer(creancier, *lignes, **champs):
    fichiers = tableau(*lignes, entetes=champs.pop("entetes", ENTETES))
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT, **champs)


def importer(creancier, *lignes, **champs):
    importation = preparer(creancier, *lignes, **champs)
    return valider_import(importation, acteur=None, maintenant=MAINTENANT)


def sorts(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return [ligne.sort for ligne in lignes.order_by("rang")]


def phrases(importation, genre="refus"):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return [p["phrase"] for ligne in lignes.order_by("rang") for p in getattr(ligne, genre)]


def test_l_apercu_n_enregistre_rien_puis_la_validation_ecrit_tout():
    creancier = un_creancier()
    importation = preparer(
        creancier,
        "F1;Garage Pellerin;;12/03/2026;11/04/2026;1 234,56;",
        "F2;Garage Pellerin;;13/03/2026;12/04/2026;100,00;",
        "F3;Garage Pellerin;;13/03/2026;31/11/2026;100,00;",
    )
    assert sorts(importation) == ["creee", "creee", "refusee"]
    assert not Facture.objects.pour(creancier).exists()
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    facture = Facture.objects.pour(creancier).get(numero="F1")
    assert facture.solde == Decimal("1234.56")
    assert facture.date_echeance == date(2026, 4, 11)
    assert facture.importation == importation
    client = Client.objects.pour(creancier).get()
    assert (client.nom, client.est_a_completer) == ("Garage Pellerin", True)
    assert client.nom_recherche == "garage pellerin"
    ligne = LigneImport.objects.pour(creancier).get(importation=importation, rang=1)
    assert ligne.facture == facture


def test_le_meme_fichier_deux_fois_ne_change_rien():
    creancier = un_creancier()
    lignes = ["F1;Garage Pellerin;;12/03/2026;11/04/2026;100,00;40,00"]
    importer(creancier, *lignes)
    avant = Facture.objects.pour(creancier).values().get()
    importation = importer(creancier, *lignes)
    assert sorts(importation) == ["inchangee"]
    assert Facture.objects.pour(creancier).values().get() == avant
    assert Client.objects.pour(creancier).count() == 1
    assert Encaissement.objects.pour(creancier).count() == 1


def test_ce_qui_est_deja_paye_devient_un_reglement_impute():
    creancier = un_creancier()
    importer(
        creancier,
        "F1;Pellerin;;12/03/2026;11/04/2026;100,00;40,00",
        "F2;Pellerin;;12/03/2026;11/04/2026;100,00;100,00",
    )
    encaissement = Encaissement.objects.pour(creancier).get(imputations__facture__numero="F1")
    assert encaissement.moyen == Moyen.DEJA_VERSE
    assert encaissement.recu_le == date(2026, 3, 12)
    soldes = Facture.objects.pour(creancier).order_by("numero").values_list("solde", "soldee_le")
    assert list(soldes) == [(Decimal("60.00"), None), (Decimal("0.00"), date(2026, 3, 12))]


def test_un_fichier_plus_recent_ajoute_ce_qui_a_ete_paye_depuis():
    creancier = un_creancier()
    importer(creancier, "F1;Pellerin;;12/03/2026;11/04/2026;100,00;40,00")
    importation = importer(creancier, "F1;Pellerin;;12/03/2026;11/04/2026;100,00;100,00")
    assert sorts(importation) == ["maj"]
    facture = Facture.objects.pour(creancier).get()
    assert (facture.solde, facture.soldee_le) == (Decimal("0.00"), date(2026, 4, 1))


def test_une_facture_connue_suit_le_fichier_si_on_le_dit_tant_que_rien_n_est_regle():
    creancier = un_creancier()
    importer(creancier, "F1;Pellerin;;12/03/2026;11/04/2026;100,00;")
    ligne = "F1;Pellerin;;12/03/2026;30/04/2026;110,00;"
    assert sorts(importer(creancier, ligne)) == ["inchangee"]
    importation = importer(creancier, ligne, pour_toutes={"echeance": "oui", "montant": "oui"})
    assert sorts(importation) == ["maj"]
    facture = Facture.objects.pour(creancier).get()
    assert (facture.solde, facture.date_echeance) == (Decimal("110.00"), date(2026, 4, 30))


def test_le_montant_d_une_facture_deja_reglee_ne_change_pas_par_import():
    facture = une_facture(numero="F1")
    un_encaissement(facture)
    importation = importer(
        facture.creancier, f"F1;{facture.client.nom};;01/01/2026;31/01/2026;1 300,00;"
    )
    assert sorts(importation) == ["refusee"]
    assert "Déjà réglée de 200,00" in phrases(importation)[0]


def test_le_client_se_retrouve_par_son_code_ou_son_siren_jamais_par_son_courriel():
    creancier = un_creancier()
    par_code = un_client(creancier=creancier, code="C9", nom="Alpha", courriel=None)
    par_siren = un_client(creancier=creancier, siren="404833048", nom="Beta", courriel=None)
    voisin = un_client(creancier=creancier, nom="Gamma", courriel=None)
    une_coordonnee(voisin, valeur="compta@gamma.example")
    importer(
        creancier,
        "F1;C9;autre nom;;;01/03/2026;100,00",
        "F2;;autre nom;404 833 048;;01/03/2026;100,00",
        "F3;;autre nom encore;;COMPTA@gamma.example;01/03/2026;100,00",
        entetes="Numéro;Code client;Client;SIREN;Courriel;Date facture;Montant TTC",
    )
    vus = Facture.objects.pour(creancier).order_by("numero").values_list("client", flat=True)
    neuf = Client.objects.pour(creancier).get(nom="autre nom encore")
    assert list(vus) == [par_code.pk, par_siren.pk, neuf.pk]


def test_deux_clients_du_meme_nom_sont_a_departager():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="Duval", courriel=None)
    un_client(creancier=creancier, nom="DUVAL", courriel=None)
    importation = preparer(creancier, "F1;Duval;;01/03/2026;;100,00;")
    assert sorts(importation) == ["refusee"]
    assert "est-ce « Duval » (Rennes) ou « DUVAL » (Rennes) ?" in phrases(importation)[0]


def test_un_nom_a_une_faute_pres_est_signale():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="SCI Les Tilleuls", courriel=None)
    importation = preparer(creancier, "F1;SCI LES TILEULS;;01/03/2026;31/03/2026;100,00;")
    assert phrases(importation, "alertes") == [
        "Client nouveau, proche de « SCI Les Tilleuls ».",
        "Professionnel (forme : société civile).",
    ]


def test_le_client_neuf_garde_son_courriel():
    creancier = un_creancier()
    importer(
        creancier,
        "F1;Pellerin;Compta@Pellerin.example;01/03/2026;100,00",
        "F2;Pellerin;compta@pellerin.example;01/03/2026;100,00",
        entetes="Numéro;Client;Courriel;Date facture;Montant TTC",
    )
    assert Coordonnee.objects.pour(creancier).get().valeur == "compta@pellerin.example"


def test_sans_echeance_le_delai_habituel_du_creancier_s_applique_et_se_dit():
    creancier = un_creancier(delai_paiement=45)
    importation = importer(creancier, "F1;Pellerin;;01/03/2026;;100,00;")
    assert Facture.objects.pour(creancier).get().date_echeance == date(2026, 4, 15)
    assert "Échéance absente : 15/04/2026" in phrases(importation, "alertes")[1]


def test_un_avoir_en_negatif_s_enregistre_au_positif():
    creancier = un_creancier()
    importer(creancier, "AV1;Pellerin;;01/03/2026;;-320,00;")
    avoir = Facture.objects.pour(creancier).get()
    assert (avoir.est_avoir, avoir.solde) == (True, Decimal("320.00"))


def test_les_colonnes_corrigees_refont_l_apercu_et_sont_retenues():
    creancier = un_creancier()
    entetes = "Réf interne;Qui;Le;Combien"
    ligne = "F1;Pellerin;01/03/2026;100,00"
    importation = preparer(creancier, ligne, entetes=entetes)
    assert sorts(importation) == ["refusee"]
    choix = {
        "Réf interne": "numero",
        "Qui": "client",
        "Le": "date_emission",
        "Combien": "montant_ttc",
    }
    importation = relire_import(importation, correspondance=choix, rang_entree=2)
    assert sorts(importation) == ["creee"]
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert Facture.objects.pour(creancier).get().rang_entree == 2
    assert CorrespondanceColonnes.objects.pour(creancier).get().colonnes == choix
    assert sorts(preparer(creancier, ligne, entetes=entetes)) == ["inchangee"]


def test_un_import_ne_se_valide_ni_ne_s_abandonne_deux_fois():
    creancier = un_creancier()
    importation = importer(creancier, "F1;Pellerin;;01/03/2026;;100,00;")
    with pytest.raises(ImportDejaTraite):
        valider_import(importation, acteur=None, maintenant=MAINTENANT)
    with pytest.raises(ImportDejaTraite):
        abandonner_import(importation, acteur=None)
    with pytest.raises(ImportVide):
        preparer_import(creancier, [], acteur=None, maintenant=MAINTENANT)


def test_la_validation_juge_sur_la_base_d_aujourd_hui():
    creancier = un_creancier()
    importation = preparer(creancier, "F1;Pellerin;;01/03/2026;31/03/2026;100,00;")
    facture = une_facture(client=un_client(creancier=creancier, nom="Pellerin"), numero="F1")
    modifier_facture(facture, acteur=None, libelle="Saisie entre-temps")
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    # Née entre-temps : le fichier ne la récrit pas sans qu'on le lui dise.
    assert sorts(importation) == ["inchangee"]
    assert Facture.objects.pour(creancier).get().montant_ttc == Decimal("1200.00")


def test_un_fichier_illisible_est_refuse_seul():
    creancier = un_creancier()
    fichiers = [*tableau("F1;Pellerin;;01/03/2026;;100,00;"), ("mauvais.pdf", b"%PDF-rien")]
    importation = preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT)
    assert sorts(importation) == ["creee", "refusee"]


def test_la_commande_importe_ou_montre_a_blanc(tmp_path):
    creancier = un_creancier()
    fichier = tmp_path / "ventes.csv"
    fichier.write_bytes(tableau("F1;Pellerin;;01/03/2026;;100,00;")[0][1])
    sortie = StringIO()
    call_command(
        "importer_factures", str(fichier), creancier=creancier.code, a_blanc=True, stdout=sortie
    )
    assert "créée : 1" in sortie.getvalue()
    assert not Facture.objects.pour(creancier).exists()
    assert Importation.objects.pour(creancier).get().etat == EtatImport.ABANDONNE
    call_command("importer_factures", str(fichier), creancier=creancier.code, stdout=sortie)
    assert Facture.objects.pour(creancier).count() == 1
    with pytest.raises(CommandError):
        call_command("importer_factures", str(fichier), creancier="inconnu")


def test_le_pdf_depose_avec_son_xml_devient_sa_piece(monkeypatch):
    facture = FactureLue(
        numero="F1", nature="facture", date_emission=date(2026, 3, 1), date_echeance=None,
        devise="EUR", montant_ht=None, montant_tva=None, montant_ttc=Decimal("100.00"),
        montant_prepaye=None, montant_du=None, vendeur=PartieLue(), acheteur=PartieLue("Pellerin"),
    )  # fmt: skip
    monkeypatch.setattr(
        depot,
        "lire_au_fil",
        lambda fichiers, _: [ResultatLecture(nom, factures=(facture,)) for nom, _ in fichiers],
    )
    creancier = un_creancier()
    fichiers = [("f.xml", b"<x/>"), ("f.pdf", b"%PDF-1.7 f")]

    def importer_les_deux():
        importation = preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT)
        vus = sorts(importation)
        valider_import(importation, acteur=None, maintenant=MAINTENANT)
        return vus

    assert importer_les_deux() == ["creee", "inchangee"]
    piece = Piece.objects.pour(creancier).get()
    assert (piece.facture.numero, piece.nom_fichier, piece.taille) == ("F1", "f.pdf", 10)
    assert importer_les_deux() == ["inchangee", "inchangee"]
    assert Piece.objects.pour(creancier).count() == 1
