"""Une page qu'on peut lire : des lignes courtes, des parties, et rien qui décide."""

import re
from functools import cache
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE

GABARITS, STATIQUES = RACINE / "templates", RACINE / "static"
COLONNES_MAX = 110
LIGNES_PAR_FEUILLE = 400
LIGNES_PAR_PAGE = 150
SOURCES = ("recouvrement", "clients", "factures", "relances", "contentieux")
# Un document imprimé, un courriel : leur mise en page suit ce qu'ils disent.
HORS_DES_PAGES = re.compile(r"(^|/)(documents|courriels)/")
# Posées par htmx, ou composées d'un rang (« f3 » : la troisième tranche).
CLASSES_COMPOSEES = {"htmx-request", *(f"f{rang}" for rang in range(6))}


@cache
def textes(racine: Path, *suffixes: str) -> dict[str, str]:
    return {
        fichier.relative_to(racine).as_posix(): fichier.read_text(encoding="utf-8")
        for fichier in sorted(racine.rglob("*"))
        if fichier.suffix in suffixes
    }


def pages() -> dict[str, str]:
    return {
        nom: texte
        for nom, texte in textes(GABARITS, ".html").items()
        if not HORS_DES_PAGES.search(nom)
    }


def test_aucune_ligne_ne_depasse_la_largeur_d_un_ecran():
    """110 colonnes, dans les gabarits, les courriels, les feuilles et le script."""
    lus = {
        **dict(textes(GABARITS, ".html", ".txt").items()),
        **textes(STATIQUES, ".css", ".js"),
    }
    longues = [
        f"{nom}:{rang} ({len(ligne)})"
        for nom, texte in lus.items()
        for rang, ligne in enumerate(texte.splitlines(), start=1)
        if len(ligne) > COLONNES_MAX
    ]
    assert longues == []


def test_une_feuille_et_une_page_se_lisent_d_une_traite():
    feuilles, lues = textes(STATIQUES, ".css"), pages()
    longues = {n: t for n, t in feuilles.items() if len(t.splitlines()) > LIGNES_PAR_FEUILLE}
    longues |= {n: t for n, t in lues.items() if len(t.splitlines()) > LIGNES_PAR_PAGE}
    assert sorted(longues) == []


COMPARE = re.compile(r"""(?:==|!=|\bin)\s*["']|["'][^"']*["']\s*(?:==|!=)""")


def decisions(texte: str) -> list[str]:
    return [
        balise
        for balise in re.findall(r"{%\s*(?:if|elif)\b[^%]*%}", texte)
        if COMPARE.search(balise)
    ]


def test_une_page_ne_compare_pas_un_etat_a_un_mot():
    """Un état, un rôle, un canal se jugent dans la lecture ; la page en reçoit le nom."""
    trouvees = [
        f"{nom} : {balise}" for nom, texte in pages().items() for balise in decisions(texte)
    ]
    assert trouvees == []


@pytest.mark.parametrize(
    ("balise", "decide"),
    [
        ('{% if relance.etat == "a_valider" %}', True),
        ("{% elif 'valide' != importation.etat %}", True),
        ('{% if role in "gestionnaire" %}', True),
        ("{% if decider.se_retient %}", False),
        ("{% if cle == onglet %}", False),
        ('{% if erreurs|join:", " %}', False),
    ],
)
def test_ce_qui_se_dit_une_decision(balise, decide):
    assert bool(decisions(balise)) is decide


def classes_des_feuilles() -> set[str]:
    trouvees: set[str] = set()
    for nom, texte in textes(STATIQUES / "css", ".css").items():
        assert nom
        sans = re.sub(r"/\*.*?\*/", "", texte, flags=re.DOTALL)
        for selecteur in re.findall(r"([^{}]+){", sans):
            if not selecteur.strip().startswith("@"):
                trouvees |= set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", selecteur))
    return trouvees


def mots_des_gabarits() -> set[str]:
    """Les mots écrits dans un attribut de classe, ou donnés à une balise entre guillemets."""
    mots: set[str] = set()
    for texte in pages().values():
        for valeur in re.findall(r'class="((?:[^"{]|{[{%].*?[}%]})*)"', texte, re.DOTALL):
            mots |= set(re.findall(r"[\w-]+", re.sub(r"{{.*?}}|{%.*?%}", " ", valeur)))
        for balise in re.findall(r"{%[^%]*%}", texte):
            for valeur in re.findall(r'"([\w -]+)"', balise):
                mots |= set(valeur.split())
        mots |= set(" ".join(re.findall(r"{% block page %}\s*([\w ]+)", texte)).split())
    return mots


def mots_du_code() -> set[str]:
    sources = [t for s in SOURCES for t in textes(RACINE / s, ".py").values()]
    sources += textes(STATIQUES, ".js").values()
    chaines = (c for texte in sources for c in re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'", texte))
    return {mot for paire in chaines for c in paire for mot in re.findall(r"[\w-]+", c)}


def test_toute_classe_d_une_feuille_sert_a_une_page():
    inutiles = classes_des_feuilles() - mots_des_gabarits() - mots_du_code() - CLASSES_COMPOSEES
    assert sorted(inutiles) == []
