"""Ce qui dit qui doit, valeurs en or : la nomenclature des catégories juridiques de l'INSEE."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.droit.qualite import conclure, forme_de, forme_du_nom, indices

SOCIETE, ETAT, VILLE = "732829320", "110002011", "213500010"


def nature(**lu):
    return conclure(indices(**lu)).nature


@pytest.mark.parametrize(
    ("code", "nom", "attendue", "est_sure"),
    [
        ("1000", "entrepreneur individuel", "professionnel", True),
        ("5202", "SNC", "professionnel", True),
        ("5499", "SARL", "professionnel", True),
        ("5485", "SELARL", "professionnel", True),
        ("5599", "SA", "professionnel", True),
        ("5710", "SAS", "professionnel", True),
        ("6540", "société civile", "professionnel", True),
        ("7210", "personne morale de droit public", "public", True),
        ("7364", "personne morale de droit public", "public", True),
        # Industriel et commercial, association, copropriété, comité : à demander.
        ("4110", "établissement public industriel ou commercial", "public", False),
        ("9220", "association", "professionnel", False),
        ("9110", "syndicat de copropriété", "", False),
        ("8310", "comité social et économique", "", False),
    ],
)
def test_la_categorie_juridique_de_l_insee_donne_la_forme(code, nom, attendue, est_sure):
    forme = forme_de(code)
    assert (forme.nom, forme.nature, forme.est_sure) == (nom, attendue, est_sure)


@pytest.mark.parametrize(
    ("ecrite", "nom"),
    [
        ("S.A.R.L.", "SARL"),
        ("Société à responsabilité limitée", "SARL"),
        ("SAS au capital de 10 000 €", "SAS"),
        ("SASU", "SAS"),
        ("Association loi de 1901", "association"),
        ("E.I.R.L", "entrepreneur individuel"),
        ("Micro-entreprise", "entrepreneur individuel"),
    ],
)
def test_une_forme_se_lit_comme_on_l_ecrit(ecrite, nom):
    assert forme_de(ecrite).nom == nom


def test_une_societe_commerciale_l_est_par_sa_forme_une_liberale_ou_civile_non():
    """C. com., art. L210-1."""
    assert [forme_de(f).est_commercante for f in ("SARL", "SAS", "SNC", "SA")] == [True] * 4
    assert [forme_de(f).est_commercante for f in ("SELARL", "SCI", "GIE", "EI")] == [False] * 4


@pytest.mark.parametrize(
    "nom", ["Duval SARL", "S.A.S. Duval", "SCI du Port", "Duval (EURL)", "Marchand EI", "DUVAL SA"]
)
def test_un_nom_qui_porte_une_forme_est_celui_d_un_professionnel(nom):
    assert nature(nom=nom) == "professionnel"


@pytest.mark.parametrize(
    "nom",
    ["Duval", "Jean Sas", "Chez Sa", "Eiffel", "Garage du Port", "Hôtel de Ville et Spa", "Le CE"],
)
def test_un_nom_qui_ne_dit_rien_ne_fait_rien_supposer(nom):
    assert conclure(indices(nom=nom)).nature == ""
    assert forme_du_nom(nom) is None


@pytest.mark.parametrize(
    "nom",
    [
        "Commune de Plouha",
        "COMMUNE D'ÉTABLES",
        "Mairie de Rennes",
        "Mairie",
        "Ville de Saint-Malo",
        "Département des Côtes-d'Armor",
        "Région Bretagne",
        "Conseil départemental du Finistère",
        "Communauté de communes du Pays d'Iroise",
        "Syndicat intercommunal des eaux",
        "CHU de Rennes",
        "Centre hospitalier de Lannion",
        "Université de Bretagne Sud",
        "SIVOM de la Baie",
    ],
)
def test_un_nom_de_personne_publique_decide(nom):
    assert nature(nom=nom) == "public"


@pytest.mark.parametrize(
    "nom",
    [
        "Université catholique de l'Ouest",
        "Centre hospitalier privé Saint-Grégoire",
        "Amicale de la mairie de Rennes",
        "Région Sud Matériaux",
        "CHR Distribution",
        "Métropole du meuble",
    ],
)
def test_un_nom_qui_ressemble_a_celui_d_une_personne_publique_se_demande(nom):
    assert nature(nom=nom) == ""


@pytest.mark.parametrize(
    ("lu", "attendue"),
    [
        ({"siren": SOCIETE}, "professionnel"),
        ({"siret": f"{SOCIETE}00074"}, "professionnel"),
        ({"siren": ETAT}, "public"),
        ({"siren": VILLE}, "public"),
        ({"tva": "FR44732829320"}, "professionnel"),
        ({"tva": "BE0428759497"}, "professionnel"),
        # La clé est fausse : cet identifiant n'existe pas.
        ({"siren": "732829321"}, ""),
        ({"tva": "FR45732829320"}, ""),
    ],
)
def test_un_identifiant_decide_si_sa_cle_est_juste(lu, attendue):
    assert nature(nom="Duval", **lu) == attendue


@pytest.mark.parametrize(
    ("dite", "attendue"),
    [
        ("particulier", "particulier"),
        ("Particuliers", "particulier"),
        ("B2C", "particulier"),
        ("Consommateur", "particulier"),
        ("Pro", "professionnel"),
        ("Société", "professionnel"),
        ("PME/PMI", "professionnel"),
        ("SARL", "professionnel"),
        ("Collectivité", "public"),
        ("Administration", "public"),
        ("Association", ""),
        ("Personne morale", ""),
        ("Divers", ""),
        ("", ""),
    ],
)
def test_une_colonne_dit_la_nature_en_toutes_lettres(dite, attendue):
    assert nature(nom="Duval", dite=dite) == attendue


@pytest.mark.parametrize("civilite", ["M.", "Mme", "Monsieur", "Madame", "M. et Mme"])
def test_une_civilite_propose_un_particulier_sans_le_supposer(civilite):
    conclu = conclure(indices(nom=f"{civilite} Paul Duval"))
    assert (conclu.nature, conclu.proposee) == ("", "particulier")
    assert conclure(indices(nom=f"{civilite} Paul Duval", siren=SOCIETE)).nature == "professionnel"


@pytest.mark.parametrize(
    "lu",
    [
        {"nom": "Duval SARL", "dite": "particulier"},
        {"nom": "Duval", "dite": "particulier", "siren": SOCIETE},
        {"nom": "Commune de Plouha", "siren": SOCIETE},
        {"nom": "Commune de Plouha", "dite": "pro"},
        {"nom": "Ville de Rêve SARL"},
    ],
)
def test_deux_indices_qui_se_contredisent_ne_disent_rien(lu):
    conclu = conclure(indices(**lu))
    assert conclu.nature == ""
    assert "contredisent" in conclu.phrase


@pytest.mark.parametrize("nom", ["Association des amis du port", "SDC Les Mouettes"])
def test_une_association_ou_une_copropriete_se_demande_meme_avec_un_siren(nom):
    assert nature(nom=nom, siren=SOCIETE) == ""
    assert nature(nom=nom, siren=SOCIETE, dite="professionnel") == "professionnel"


@given(st.text(max_size=60))
def test_aucun_nom_ne_fait_supposer_un_particulier(nom):
    assert nature(nom=nom) != "particulier"
