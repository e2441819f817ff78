"""Le README nomme ce qui se lance, et ses lignes se lisent sans défiler."""

from recouvrement.environnement import RACINE

README = (RACINE / "README.md").read_text(encoding="utf-8")


def noms(motif: str) -> set[str]:
    return {chemin.stem for chemin in RACINE.glob(motif) if chemin.stem != "__init__"}


def test_toute_commande_et_toute_campagne_y_ont_leur_nom():
    commandes = noms("*/management/commands/*.py") | noms("recouvrement/*/management/commands/*.py")
    campagnes = {nom.removeprefix("test_") for nom in noms("tests/campagnes/test_*.py")}
    utiles, essais = README.split("Useful commands")[1].split("## Tests")

    assert {nom for nom in commandes if f"`{nom}`" not in utiles} == set()
    assert {nom for nom in campagnes if f"`{nom}`" not in essais} == set()


def test_hors_des_tableaux_aucune_ligne_ne_passe_130_colonnes():
    longues = [ligne for ligne in README.splitlines() if len(ligne) > 130]

    assert [ligne for ligne in longues if not ligne.startswith("|")] == []
