"""La nature et la forme d'un débiteur viennent du fichier, si elles y sont, sinon se demandent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clients.models import Client, Qualification
from factures.actions.importation import defaire_import, preparer_import, valider_import
from factures.imports import entetes as champs
from factures.imports.entetes import deviner_champ
from factures.lectures.decompte import decompte_client
from factures.models import LigneImport
from recouvrement.accueil.actions import annuler_geste
from recouvrement.socle.temps import jour_de
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)
TETE = "Numéro;Client;Date de facture;Échéance;Montant TTC"


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier)


def preparer(creancier, acteur, colonnes, *lignes):
    tableau = "\n".join([f"{TETE};{colonnes}" if colonnes else TETE, *lignes])
    return preparer_import(
        creancier, [("f.csv", tableau.encode())], acteur=acteur, maintenant=MAINTENANT
    )


def importer(creancier, acteur, colonnes, *lignes):
    importation = preparer(creancier, acteur, colonnes, *lignes)
    return valider_import(importation, acteur=acteur, maintenant=MAINTENANT)


def ligne(rang, nom, *reste):
    return ";".join([f"F-{rang}", nom, "01/04/2026", "01/05/2026", "10000,00", *reste])


def alertes(creancier):
    lignes = LigneImport.objects.pour(creancier).order_by("rang")
    return [a["phrase"] for lue in lignes for a in lue.alertes if a["champ"] == "client"]


def natures(creancier):
    clients = Client.objects.pour(creancier).order_by("pk")
    return list(clients.values_list("nom", "nature", "nature_source"))


@pytest.mark.parametrize(
    ("entete", "champ"),
    [
        ("Nature client", champs.QUALITE),
        ("Nature du débiteur", champs.QUALITE),
        ("Type de client", champs.QUALITE),
        ("Type de débiteur", champs.QUALITE),
        ("B2B/B2C", champs.QUALITE),
        ("Catégorie de tiers", champs.QUALITE),
        ("Forme juridique", champs.FORME),
        ("Catégorie juridique", champs.FORME),
        ("Nature", champs.NATURE),
        ("Type de pièce", champs.NATURE),
        ("Nom du client", champs.CLIENT),
        ("Code client", champs.CODE_CLIENT),
    ],
)
def test_les_colonnes_de_nature_et_de_forme_se_reconnaissent(entete, champ):
    assert deviner_champ(entete)[0] == champ


def test_un_consommateur_du_fichier_ne_doit_ni_penalites_ni_quarante_euros(creancier, acteur):
    importer(creancier, acteur, "Nature client", ligne(1, "Paulette Maréchal", "particulier"))

    assert natures(creancier) == [("Paulette Maréchal", "particulier", "colonne")]
    client = Client.objects.pour(creancier).get()
    assert client.nature_le == jour_de(MAINTENANT)
    client.creancier = creancier
    decompte = decompte_client(client, au=jour_de(MAINTENANT))
    assert (decompte.total, decompte.indemnites) == (Decimal("10000.00"), 0)


@pytest.mark.parametrize(
    ("colonne", "valeur", "nature"),
    [
        ("Type de client", "Pro", "professionnel"),
        ("B2B/B2C", "B2C", "particulier"),
        ("Type de débiteur", "Collectivité", "public"),
        ("Forme juridique", "SARL", "professionnel"),
        ("Forme juridique", "5710", "professionnel"),
        ("Forme juridique", "7210", "public"),
        # « Nature », « Type » : le contenu dit de quoi ils parlent.
        ("Nature", "particulier", "particulier"),
        ("Type", "B2B", "professionnel"),
        # Un en-tête que l'on ne connaît pas, une colonne qui ne dit que cela.
        ("Segment", "Particulier", "particulier"),
        ("Type de client", "Association", "inconnue"),
        ("Type de client", "Divers", "inconnue"),
        ("Type de client", "", "inconnue"),
    ],
)
def test_la_valeur_dit_la_nature_ou_se_demande(creancier, acteur, colonne, valeur, nature):
    importer(creancier, acteur, colonne, ligne(1, "Durand", valeur))
    assert [n for _, n, _ in natures(creancier)] == [nature]


def test_nature_dit_encore_facture_ou_avoir_quand_c_est_ce_qu_elle_contient(creancier, acteur):
    importer(
        creancier,
        acteur,
        "Nature;Nature client",
        ligne(1, "Durand", "Facture", "particulier"),
        ligne(2, "Martin", "Avoir", "pro"),
    )
    assert [(n, q) for n, q, _ in natures(creancier)] == [
        ("Durand", "particulier"),
        ("Martin", "professionnel"),
    ]


@pytest.mark.parametrize(
    ("colonne", "nom", "valeur", "attendu"),
    [
        ("SIREN", "Durand", "404833048", ("professionnel", "identifiant")),
        ("SIREN", "Trésorerie", "110002011", ("public", "identifiant")),
        ("Objet", "Durand Bois SARL", "", ("professionnel", "nom")),
        ("Objet", "Commune de Plouha", "", ("public", "nom")),
        ("Objet", "Mme Paulette Maréchal", "", ("inconnue", "")),
        ("Objet", "Durand", "", ("inconnue", "")),
    ],
)
def test_sans_colonne_ce_qui_est_sur_decide_et_le_reste_se_demande(
    creancier, acteur, colonne, nom, valeur, attendu
):
    importer(creancier, acteur, colonne, ligne(1, nom, valeur))
    assert [(n, s) for _, n, s in natures(creancier)] == [attendu]


def test_l_apercu_dit_ce_qui_est_lu_et_ce_qui_se_demandera(creancier, acteur):
    preparer(
        creancier,
        acteur,
        "Nature client",
        ligne(1, "Paulette Maréchal", "particulier"),
        ligne(2, "M. Paul Durand", ""),
        ligne(3, "Le Port", ""),
    )
    dites = alertes(creancier)
    assert "Particulier (le fichier dit « particulier »)." in dites
    assert "Nature à établir : « M. » : une personne ; Particulier ?" in dites
    assert "Nature à établir : rien ne dit s'il est professionnel, particulier ou public." in dites


def test_deux_lignes_d_un_meme_debiteur_qui_se_contredisent_ne_disent_rien(creancier, acteur):
    importer(
        creancier,
        acteur,
        "Code client;Nature client",
        ligne(1, "Durand", "C1", "particulier"),
        ligne(2, "Durand", "C1", "pro"),
    )
    assert natures(creancier) == [("Durand", "inconnue", "")]
    assert any("contredisent" in phrase for phrase in alertes(creancier))


def test_une_societe_commerciale_est_commercante_par_sa_forme(creancier, acteur):
    """C. com., art. L210-1 ; une société civile ou libérale, non."""
    importer(
        creancier,
        acteur,
        "Forme juridique",
        ligne(1, "Durand", "SAS"),
        ligne(2, "Port", "SCI"),
        ligne(3, "Plouha", "7210"),
    )
    lus = (
        Client.objects.pour(creancier)
        .order_by("pk")
        .values_list("est_commercant", "forme_juridique")
    )
    assert list(lus) == [
        (True, "SAS"),
        (None, "SCI"),
        (None, "personne morale de droit public"),
    ]


def test_une_fiche_a_etablir_apprend_sa_nature_d_un_import_et_la_perd_avec_lui(creancier, acteur):
    client = un_client(creancier=creancier, code="C1", nature="inconnue")
    importation = importer(
        creancier, acteur, "Code client;Nature client", ligne(1, client.nom, "C1", "particulier")
    )
    client.refresh_from_db()
    assert (client.nature, client.nature_source) == ("particulier", "colonne")

    defaire_import(importation, acteur=acteur)
    client.refresh_from_db()
    assert (client.nature, client.nature_le) == ("inconnue", None)


def test_annuler_le_geste_de_l_import_rend_aussi_la_nature_une_seule_fois(creancier, acteur):
    client = un_client(creancier=creancier, code="C1", nature="inconnue")
    importation = importer(
        creancier, acteur, "Code client;Nature client", ligne(1, client.nom, "C1", "particulier")
    )
    annuler_geste(importation.geste, acteur=acteur, maintenant=MAINTENANT)
    client.refresh_from_db()
    assert client.nature == "inconnue"
    assert Qualification.objects.pour(creancier).count() == 1


def test_ce_que_dit_la_fiche_ne_change_pas_par_un_import_mais_se_signale(creancier, acteur):
    client = un_client(creancier=creancier, code="C1")
    importer(
        creancier, acteur, "Code client;Nature client", ligne(1, client.nom, "C1", "particulier")
    )
    client.refresh_from_db()
    assert client.nature == "professionnel"
    assert any("la fiche garde la sienne" in phrase for phrase in alertes(creancier))
