"""D'une adresse telle qu'écrite à la commune, et de la commune au tribunal."""

import csv
import os
from pathlib import Path

import pytest

from recouvrement.droit.communes import chercher
from recouvrement.droit.competence import Ordre, tribunaux
from recouvrement.droit.lieux import normaliser
from recouvrement.droit.sources import lire

# Sans DONNEES_ESSAI, ./tester laisse cet essai ; nommé à la main, il échoue et le dit.
ESSAI = Path(os.environ.get("DONNEES_ESSAI", "DONNEES_ESSAI-non-dit"))


def noms(**adresse):
    return [commune.nom for commune in chercher(**adresse).communes]


@pytest.mark.parametrize(
    ("code_postal", "nom", "attendu"),
    [
        # Accents, apostrophes, articles, abréviations.
        ("75015", "PARIS", "Paris"),
        ("94240", "L HAY LES ROSES", "L'Haÿ-les-Roses"),
        ("94240", "HAŸ-LES-ROSES (L')", "L'Haÿ-les-Roses"),
        ("72000", "Mans", "Le Mans"),
        ("42000", "st-etienne", "Saint-Étienne"),
        ("69110", "STE FOY LES LYON", "Sainte-Foy-lès-Lyon"),
        ("71100", "Chalon s/ Saône", "Chalon-sur-Saône"),
        ("57600", "OETING", "Œting"),
        # Arrondissements, bien ou mal écrits.
        ("75012", "Paris 12", "Paris 12e Arrondissement"),
        ("69003", "LYON 03", "Lyon 3e Arrondissement"),
        ("13016", "Marseille 16ème arrondissement", "Marseille 16e Arrondissement"),
        ("69007", "Lyon", "Lyon"),
        # CEDEX, dans le code ou dans le nom.
        ("67070", "STRASBOURG CEDEX 2", "Strasbourg"),
        ("58006", "NEVERS CEDEX", "Nevers"),
        ("75008", "PARIS CEDEX 08", "Paris"),
        # Communes fusionnées et noms d'usage.
        ("01200", "Bellegarde-sur-Valserine", "Valserhône"),
        ("78150", "Le Chesnay", "Le Chesnay-Rocquencourt"),
        ("74940", "Annecy-le-Vieux", "Annecy"),
        ("78112", "Fourqueux", "Saint-Germain-en-Laye"),
        ("91000", "Evry", "Évry-Courcouronnes"),
        ("93400", "St Ouen", "Saint-Ouen-sur-Seine"),
        # Le code postal départage les homonymes.
        ("93200", "Saint-Denis", "Saint-Denis"),
        ("97400", "Saint-Denis", "Saint-Denis"),
    ],
)
def test_une_adresse_telle_qu_ecrite_trouve_sa_commune(code_postal, nom, attendu):
    lieu = chercher(code_postal=code_postal, nom=nom)
    assert [commune.nom for commune in lieu.communes] == [attendu]
    assert not lieu.a_confirmer


def test_un_nom_porte_par_plusieurs_communes_est_une_question():
    departements = {commune.departement for commune in chercher(nom="Saint-Denis").communes}
    assert {"11", "30", "93", "974"} <= departements


@pytest.mark.parametrize(
    ("adresse", "attendu"),
    [
        # Un lieu-dit : le code postal seul répond.
        ({"code_postal": "92042", "nom": "PARIS LA DEFENSE CEDEX"}, ["Puteaux"]),
        # Un nom d'avant 1997, que ni l'une ni l'autre table ne garde.
        ({"code_postal": "51000", "nom": "Châlons-sur-Marne"}, ["Châlons-en-Champagne"]),
        # Le code n'est pas celui de la commune, le département si.
        ({"code_postal": "69001", "nom": "Villeurbanne"}, ["Villeurbanne"]),
        # Un code inconnu, un rang qui n'existe pas.
        ({"code_postal": "35999", "nom": "Rennes"}, ["Rennes"]),
        ({"code_postal": "75025", "nom": "Paris 25"}, ["Paris"]),
    ],
)
def test_ce_qui_ne_concorde_pas_se_confirme(adresse, attendu):
    assert noms(**adresse) == attendu
    assert chercher(**adresse).a_confirmer


def test_un_code_commune_decide_meme_ancien():
    """01018 est fondu dans Valserhône (01033) depuis 2019."""
    assert noms(insee="01018") == ["Valserhône"]
    assert noms(insee="69123", code_postal="75001", nom="Paris") == ["Lyon"]


def test_rien_ne_repond_a_une_adresse_inconnue():
    assert noms(code_postal="00000", nom="Nullepart") == []
    assert noms() == []


@pytest.mark.parametrize(
    ("ordre", "adresse", "attendu"),
    [
        (
            Ordre.COMMERCE,
            {"code_postal": "92042", "commune": "PARIS LA DEFENSE CEDEX"},
            ("Tribunal des activités économiques de Nanterre", True),
        ),
        (
            Ordre.CHAMBRE_COMMERCIALE,
            {"code_postal": "67070", "commune": "STRASBOURG CEDEX 2"},
            ("Chambre commerciale du Tribunal judiciaire de Strasbourg", False),
        ),
        (
            Ordre.COMMERCE,
            {"code_postal": "75012", "commune": "Paris 12"},
            ("Tribunal des activités économiques de Paris", False),
        ),
        (
            Ordre.COMMERCE,
            {"code_postal": "01200", "commune": "BELLEGARDE SUR VALSERINE"},
            ("Tribunal de commerce de Bourg-en-Bresse", False),
        ),
    ],
)
def test_le_tribunal_se_trouve_par_l_adresse(ordre, adresse, attendu):
    trouves = tribunaux(ordre, **adresse)
    assert (trouves.noms, trouves.a_confirmer) == ((attendu[0],), attendu[1])


def test_chaque_commune_livree_se_trouve_par_son_nom_et_son_code_postal():
    """Les 35 014 communes et arrondissements, par chacun de leurs codes."""
    perdues = [
        (ligne["insee"], code)
        for ligne in lire("tribunaux.csv")
        for code in ligne["codes_postaux"].split() or [None]
        if [c.insee for c in chercher(code_postal=code, nom=ligne["nom"]).communes]
        != [ligne["insee"]]
    ]
    assert perdues == []


def test_chaque_commune_fusionnee_mene_a_une_commune_d_aujourd_hui():
    actuelles = {ligne["insee"] for ligne in lire("tribunaux.csv")}
    anciennes = lire("communes_anciennes.csv")
    assert {ligne["insee"] for ligne in anciennes} <= actuelles
    assert {ligne["insee"] for ligne in lire("cedex.csv")} <= actuelles
    perdues = [
        ligne
        for ligne in anciennes
        if ligne["nom"]
        and ligne["insee"] not in {c.insee for c in chercher(nom=ligne["nom"]).communes}
    ]
    assert perdues == []


@pytest.mark.donnees_reelles
def test_la_table_livree_est_celle_de_la_source():
    """Chaque commune de la table dérivée : même tribunal, par son nom et son code postal."""
    fichier = ESSAI / "tribunaux" / "communes_juridictions_derive.csv"
    fautes = []
    with fichier.open(encoding="utf-8-sig", newline="") as ouvert:
        for ligne in csv.DictReader(ouvert, delimiter=";"):
            code = next(iter(ligne["codes_postaux"].split()), None)
            lus = chercher(code_postal=code, nom=ligne["commune"]).communes
            attendu = (ligne["juridiction_commerciale"], ligne["tribunal_judiciaire"])
            if [(c.commercial, c.judiciaire) for c in lus] != [attendu]:
                fautes.append(ligne["insee"])
    assert fautes == []


def test_un_nom_vide_reste_vide():
    assert normaliser("") == normaliser("  ") == ""
    assert normaliser("La") == "la"
