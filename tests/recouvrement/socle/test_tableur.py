"""Lire un tableau déposé, quel que soit le logiciel qui l'a écrit."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from factures.imports.reconnaissance import noter_entetes
from recouvrement.socle.tableur import lecture as tableur
from recouvrement.socle.tableur.lecture import (
    FichierIllisible,
    lire_classeur,
    lire_csv,
    verifier_taille,
)
from tests.factures.imports.echantillons import un_classeur, un_ods

TABLEAU = "Numéro;Client;Montant\nF-1;Société Générale d'Étanchéité;1 234,56\n"


@pytest.mark.parametrize(
    ("encodage", "nom"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp1252", "Windows-1252"),
        ("utf-16", "UTF-16"),
    ],
)
def test_les_accents_survivent_a_tous_les_encodages(encodage, nom):
    feuille = lire_csv(TABLEAU.encode(encodage))
    assert feuille.entetes == ["Numéro", "Client", "Montant"]
    assert feuille.lignes[0].cellules == ("F-1", "Société Générale d'Étanchéité", "1 234,56")
    assert feuille.lecture == f"point-virgule, {nom}"


@pytest.mark.parametrize("separateur", [";", ",", "\t"])
def test_le_separateur_se_devine(separateur):
    texte = 'a;b;c\n1;"2 ; et , 2";3\n4;5;6\n'.replace(";", separateur)
    feuille = lire_csv(texte.encode())
    assert feuille.entetes == ["a", "b", "c"]
    assert feuille.lignes[0].cellules[1] == f"2 {separateur} et , 2"


def test_des_montants_a_virgule_ne_font_pas_de_la_virgule_un_separateur():
    feuille = lire_csv(b"Nom;Montant\nA;1,50\nB;2,50\nC;3,50\n")
    assert feuille.entetes == ["Nom", "Montant"]


def test_les_lignes_gardent_le_numero_que_montre_le_tableur():
    feuille = lire_csv(b'a;b\n\n1;"deux\nlignes"\n;;\n3;4\n')
    assert [ligne.numero for ligne in feuille.lignes] == [3, 6]
    assert feuille.lignes[0].cellule(9) is None


def test_les_guillemets_doubles_et_les_fins_de_ligne_windows():
    feuille = lire_csv(b'a;b\r\n"dit ""oui""";2\r\n')
    assert feuille.lignes[0].cellules == ('dit "oui"', "2")


@pytest.mark.parametrize(
    ("octets", "raison"),
    [(b"", "vide"), (b"\n;;\n", "aucune donnée"), (b"a;b\n\x00;1", "pas du texte")],
)
def test_un_csv_sans_rien_a_lire_le_dit(octets, raison):
    with pytest.raises(FichierIllisible, match=raison):
        lire_csv(octets)


def test_les_plafonds_se_disent_en_francais(monkeypatch):
    monkeypatch.setattr(tableur, "PLAFOND_LIGNES", 2)
    with pytest.raises(FichierIllisible, match="2 lignes : partagez-le"):
        lire_csv(b"a;b\n1;2\n3;4\n5;6\n")
    with pytest.raises(FichierIllisible, match="200 Mo : la limite est de 20 Mo"):
        verifier_taille(200 * 1024 * 1024, tableur.PLAFOND_OCTETS)
    with pytest.raises(FichierIllisible, match="200 colonnes"):
        lire_csv(b"x;" * 201 + b"x\n")
    with pytest.raises(FichierIllisible, match="démesurée"):
        lire_csv(b"a;b\n" + b"x" * 40_000 + b";1\n")


def test_un_classeur_rend_ses_types_et_ses_numeros_de_ligne():
    feuille = lire_classeur(
        un_classeur(
            [], ["Numéro", "Date", "Montant"], ["F-1", date(2026, 3, 12), 12.5], [], ["F-2"]
        )
    )
    assert feuille.entetes == ["Numéro", "Date", "Montant"]
    assert feuille.lignes[0].cellules == ("F-1", date(2026, 3, 12), 12.5)
    assert [ligne.numero for ligne in feuille.lignes] == [3, 5]


def test_un_classeur_opendocument_se_lit_aussi():
    feuille = lire_classeur(un_ods(["Numéro", "Client"], ["F-1", "Société É"]))
    assert feuille.lignes[0].cellules == ("F-1", "Société É")


@pytest.mark.parametrize("octets", [b"PK\x03\x04 rien", un_classeur(["a"])[:800], un_classeur()])
def test_un_classeur_abime_ou_vide_le_dit(octets):
    with pytest.raises(FichierIllisible, match=r"abîmé|aucune donnée"):
        lire_classeur(octets)


def test_une_archive_trop_grosse_est_refusee_sur_ce_qu_elle_annonce(monkeypatch):
    monkeypatch.setattr(tableur, "PLAFOND_DECOMPRESSE", 1000)
    with pytest.raises(FichierIllisible, match="décompressé"):
        lire_classeur(un_classeur(["a", "b"]))
    monkeypatch.setattr(tableur, "PLAFOND_ENTREES", 3)
    with pytest.raises(FichierIllisible, match="éléments"):
        lire_classeur(un_classeur(["a", "b"]))


def test_une_notice_en_premiere_feuille_ne_cache_pas_les_factures():
    livre = Workbook()
    livre.active.title = "Lisez-moi"
    livre.active.append(["Export du logiciel", "Voir la feuille suivante"])
    livre.create_sheet("Vide")
    feuille = livre.create_sheet("Factures")
    feuille.append(["Numéro", "Client", "Montant TTC"])
    feuille.append(["F-1", "Garage Pellerin", 12.5])
    sortie = io.BytesIO()
    livre.save(sortie)
    lue = lire_classeur(sortie.getvalue(), noter=noter_entetes)
    assert lue.lignes[0].cellules == ("F-1", "Garage Pellerin", 12.5)
    assert lue.lecture == "feuille « Factures », 2 autres non lues"
