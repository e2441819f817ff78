"""Le SQL a un module par app, et une adresse ne se démonte pas."""

import ast
import re
from pathlib import PurePath

from tests.appuis.atteints import arbres, fichier_de, importes
from tests.test_architecture import modules

A_LA_MAIN = re.compile(r"\.cursor\(|RawSQL|\.raw\(|sql_with_params|as_sql\(")
DECOUPENT = {"split", "rsplit", "partition", "rpartition", "replace", "removesuffix"}

# Composer une requête coûte dix fois ce que la base met à y répondre, et chaque message en pose
# seize : à l'envoi seulement, la même requête se recompose une fois pour toutes.
REQUETES_FIGEES = {
    "recouvrement.courriel.depart.envoi",
    "relances.actions.envoi",
    "relances.courriels.adresses",
    "relances.courriels.precedents",
    "relances.lectures.histoire",
    "relances.lectures.relecture",
}
# Ceux-là sont la cloison et la requête figée elles-mêmes.
TISSENT_LES_REQUETES = {
    "recouvrement/comptes/cloison.py",
    "recouvrement/socle/requetes.py",
}


def test_le_sql_ne_s_ecrit_que_dans_les_modules_qui_en_portent_le_nom() -> None:
    en_faute = [
        nom
        for nom, texte in modules().items()
        if PurePath(nom).stem != "sql" and nom not in TISSENT_LES_REQUETES
        if A_LA_MAIN.search(texte)
    ]
    assert en_faute == []


def test_seuls_ces_modules_empruntent_l_execution_du_socle() -> None:
    emprunteurs = {
        nom
        for nom, arbre in arbres().items()
        if "recouvrement.socle.sql.executer" in importes(arbre)
    }
    assert emprunteurs
    assert {nom for nom in emprunteurs if not nom.endswith(".sql")} == set()


def test_la_requete_figee_ne_sert_qu_a_l_envoi() -> None:
    assert {
        nom
        for nom, arbre in arbres().items()
        if "recouvrement.socle.requetes.RequeteFigee" in importes(arbre)
    } == REQUETES_FIGEES


def test_une_adresse_demandee_a_django_ne_se_decoupe_pas() -> None:
    en_faute = [
        f"{fichier_de(nom)}:{noeud.lineno}"
        for nom, arbre in arbres().items()
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Attribute) and noeud.attr in DECOUPENT
        if isinstance(noeud.value, ast.Call) and _est_reverse(noeud.value)
    ]
    assert en_faute == []


def _est_reverse(appel: ast.Call) -> bool:
    return isinstance(appel.func, ast.Name) and appel.func.id in {"reverse", "resolve_url"}
