"""Ce qu'on atteint en partant des bords : modules, gabarits, fichiers servis, données.

Un nom composé (f"equipe/{page}.html") ne mène nulle part : ce qui sert se nomme en entier.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.template.utils import get_app_template_dirs
from django.views import defaults
from django.views.csrf import CSRF_FAILURE_TEMPLATE_NAME

from recouvrement.environnement import RACINE

SOURCES = ("recouvrement", "clients", "factures", "relances", "contentieux")
GABARITS, SERVIS = RACINE / "templates", RACINE / "static"
# Ce qu'on lance à la main ou qu'un service lance : les noms de modules s'y lisent tels quels.
LANCEURS = ("lancer", "Dockerfile", "docker-compose.yml", *(f".ci/{nom}" for nom in ("run",)))
# Ce que Django ou Celery cherche de lui-même dans une app installée.
CHERCHES_DANS_UNE_APP = (
    "apps.py",
    "models.py",
    "models/__init__.py",
    "admin.py",
    "tasks.py",
    "management/commands/*.py",
    "migrations/*.py",
)
# Ces noms, allauth les cherche sans en livrer de modèle.
CHERCHES_PAR_ALLAUTH = {"429.html", "account/password_reset_help_text.html"}
PAGES_DE_DJANGO = {
    getattr(defaults, nom) for nom in vars(defaults) if nom.endswith("_TEMPLATE_NAME")
} | {CSRF_FAILURE_TEMPLATE_NAME}
BALISE = re.compile(r"{[%{].*?[%}]}", re.DOTALL)
ENTRE_GUILLEMETS = re.compile(r"([\"'])(.+?)\1")
# Le style d'un document se demande au lecteur fermé, pas à un serveur.
D_UN_DOCUMENT = re.compile(r"style:([\w.-]+)")
A_CHARGER = re.compile(r"{%\s*load\s+([^%]+?)\s*%}")
DANS_UNE_FEUILLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s]+)")
EN_POINTS = re.compile(r"\b(?:recouvrement|clients|factures|relances|contentieux)(?:\.\w+)+")


def chemin(fichier: Path) -> str:
    return fichier.relative_to(RACINE).as_posix()


def _fichiers(dossier: Path) -> Iterator[Path]:
    return (f for f in sorted(dossier.rglob("*")) if f.is_file() and "__pycache__" not in f.parts)


@cache
def arbres() -> dict[str, ast.Module]:
    """Chaque module, par son nom en points ; un paquet, par celui de son `__init__`."""
    return {
        nom_de_module(fichier): ast.parse(fichier.read_text(encoding="utf-8"))
        for source in SOURCES
        for fichier in _fichiers(RACINE / source)
        if fichier.suffix == ".py"
    }


def nom_de_module(fichier: Path) -> str:
    return chemin(fichier).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def fichier_de(module: str) -> str:
    base = module.replace(".", "/")
    return f"{base}.py" if (RACINE / f"{base}.py").exists() else f"{base}/__init__.py"


@cache
def gabarits() -> dict[str, str]:
    return {
        f.relative_to(GABARITS).as_posix(): f.read_text(encoding="utf-8")
        for f in _fichiers(GABARITS)
    }


@cache
def tout() -> frozenset[str]:
    """Les fichiers du projet qui doivent servir, chacun par son chemin."""
    dossiers = (*(RACINE / source for source in SOURCES), GABARITS, SERVIS)
    return frozenset(chemin(f) for dossier in dossiers for f in _fichiers(dossier))


@cache
def textes(arbre: ast.AST) -> tuple[str, ...]:
    """Les chaînes du code, sauf celles qui le commentent et celles qui s'assemblent."""
    muettes: set[int] = set()
    dites: list[ast.Constant] = []
    for noeud in ast.walk(arbre):
        match noeud:
            case ast.Expr(value=ast.Constant() as muette):
                muettes.add(id(muette))
            case ast.JoinedStr(values=morceaux):
                muettes.update(map(id, morceaux))
            case ast.Constant(value=str()):
                dites.append(noeud)
    return tuple(n.value for n in dites if id(n) not in muettes and isinstance(n.value, str))


def module_le_plus_long(nom: str) -> str | None:
    """`recouvrement.socle.traces.UneLigneJson` : le module `recouvrement.socle.traces`."""
    nom = nom.replace(":", ".")
    while nom and nom not in arbres():
        nom = nom.rpartition(".")[0]
    return nom or None


def importes(arbre: ast.AST) -> Iterator[str]:
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            yield from (f"{noeud.module}.{alias.name}" for alias in noeud.names)


def _modules(noms: Iterable[str]) -> Iterator[str]:
    """Un module, et les paquets qui le contiennent : Python les lit d'abord."""
    for nom in noms:
        trouve = module_le_plus_long(nom)
        while trouve:
            yield fichier_de(trouve)
            trouve = trouve.rpartition(".")[0]


def _nommes(textes_lus: Iterable[str]) -> Iterator[str]:
    """Gabarits et fichiers servis que ces chaînes nomment en entier."""
    for texte in textes_lus:
        for dossier in (GABARITS, SERVIS):
            vise = f"{dossier.name}/{texte.partition('#')[0]}"
            if vise in tout():
                yield vise


def _d_un_module(fichier: str) -> Iterator[str]:
    arbre = arbres()[nom_de_module(RACINE / fichier)]
    lus = set(textes(arbre))
    yield from _modules(importes(arbre))
    yield from _modules(nom for texte in lus for nom in EN_POINTS.findall(texte))
    yield from _nommes(lus)
    # Les données sont à côté de qui les lit.
    pres = fichier.rpartition("/")[0]
    yield from (f for f in tout() if f.startswith(pres) and f.rpartition("/")[2] in lus)


def _d_un_gabarit(fichier: str) -> Iterator[str]:
    texte = gabarits()[fichier.removeprefix("templates/")]
    for balise in BALISE.findall(texte):
        yield from _nommes(nom for _, nom in ENTRE_GUILLEMETS.findall(balise))
    yield from (f"static/documents/{nom}" for nom in D_UN_DOCUMENT.findall(texte))
    for noms in A_CHARGER.findall(texte):
        for nom in noms.split():
            yield from _modules(m for m in arbres() if m.endswith(f".templatetags.{nom}"))


def _d_une_feuille(fichier: str) -> Iterator[str]:
    texte = (RACINE / fichier).read_text(encoding="utf-8")
    for vise in DANS_UNE_FEUILLE.findall(texte):
        yield f"{fichier.rpartition('/')[0]}/{vise}"


SUITES: dict[str, Callable[[str], Iterator[str]]] = {
    ".py": _d_un_module,
    ".css": _d_une_feuille,
}


def _suites(fichier: str) -> Iterator[str]:
    if fichier.startswith("templates/"):
        return _d_un_gabarit(fichier)
    suite = SUITES.get(Path(fichier).suffix)
    return suite(fichier) if suite else iter(())


def bords() -> Iterator[str]:
    """Ce que Django, Celery, allauth ou une main appelle sans qu'aucun code ne le nomme."""
    formats = f"{settings.FORMAT_MODULE_PATH[0]}.{settings.LANGUAGE_CODE}.formats"
    yield from _modules(["recouvrement.settings", settings.ROOT_URLCONF, formats])
    for lanceur in (*LANCEURS, "manage.py"):
        yield from _modules(EN_POINTS.findall((RACINE / lanceur).read_text(encoding="utf-8")))
    for app in _apps_du_projet():
        for motif in CHERCHES_DANS_UNE_APP:
            yield from _modules(map(nom_de_module, app.glob(motif)))
    yield from (f"templates/{nom}" for nom in PAGES_DE_DJANGO | CHERCHES_PAR_ALLAUTH)
    # Habiller la page d'une bibliothèque, c'est la remplacer sous le nom qu'elle cherche.
    livres = [Path(d) for d in get_app_template_dirs("templates")]
    yield from (f"templates/{n}" for n in gabarits() if any((d / n).exists() for d in livres))


def _apps_du_projet() -> list[Path]:
    lieux = (Path(app.path) for app in apps.get_app_configs())
    return [lieu for lieu in lieux if lieu.parent in {RACINE, RACINE / "recouvrement"}]


@cache
def atteints() -> frozenset[str]:
    vus: set[str] = set()
    a_voir = list(bords())
    while a_voir:
        fichier = a_voir.pop()
        if fichier in vus or fichier not in tout():
            continue
        vus.add(fichier)
        a_voir += _suites(fichier)
    return frozenset(vus)
