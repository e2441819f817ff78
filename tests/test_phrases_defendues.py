"""Rien de ce que le produit montre ou imprime ne dit plus que la loi."""

import ast
import re

import pytest

from recouvrement.droit.mentions import interdits
from recouvrement.environnement import RACINE

BALISES = re.compile(r"<[^>]+>|\{[%#].*?[%#]\}|\{\{.*?\}\}", re.DOTALL)


def textes():
    for dossier in ("templates", "docs/guide"):
        for fichier in sorted((RACINE / dossier).rglob("*")):
            nom = fichier.relative_to(RACINE).as_posix()
            if fichier.is_file():
                yield nom, BALISES.sub(" ", fichier.read_text(encoding="utf-8"))


def messages_du_code():
    """Ce que le code dit à une personne : ses chaînes, hors du droit qui cite les textes."""
    for source in ("clients", "factures", "relances", "contentieux", "recouvrement"):
        for fichier in sorted((RACINE / source).rglob("*.py")):
            relatif = fichier.relative_to(RACINE)
            if {"droit", "migrations", "demonstration"} & set(relatif.parts):
                continue
            arbre = ast.parse(fichier.read_text(encoding="utf-8"))
            explications = {
                id(noeud.value) for noeud in ast.walk(arbre) if isinstance(noeud, ast.Expr)
            }
            chaines = [
                noeud.value
                for noeud in ast.walk(arbre)
                if isinstance(noeud, ast.Constant)
                and isinstance(noeud.value, str)
                and id(noeud) not in explications
            ]
            yield relatif.as_posix(), "\n".join(chaines)


def test_aucun_gabarit_ni_page_du_guide_ne_dit_ce_que_la_loi_ne_dit_pas():
    fautes = {nom: interdits(texte) for nom, texte in textes() if interdits(texte)}
    assert fautes == {}


def test_aucun_message_du_code_non_plus():
    fautes = {nom: interdits(texte) for nom, texte in messages_du_code() if interdits(texte)}
    assert fautes == {}


@pytest.mark.parametrize(
    "phrase",
    [
        "Des frais de recouvrement vous seront facturés.",
        "Cette mise en demeure interrompt la prescription.",
        "Un huissier passera.",
        "devant le tribunal d'instance",
        "Signification",
        "Vous devriez saisir le juge.",
    ],
)
def test_le_balayage_voit_ce_qu_il_cherche(phrase):
    assert interdits(BALISES.sub(" ", f"<p>{phrase}</p>"))


def test_chaque_page_de_droit_cite_un_article_et_dit_qu_elle_informe():
    pages = sorted((RACINE / "docs" / "guide").glob("droit-*.md"))
    assert len(pages) >= 12
    for page in pages:
        texte = page.read_text(encoding="utf-8")
        assert re.search(r"\*\*Articles? :", texte), page.name
        assert "une information, et non un conseil juridique" in texte, page.name
