"""Fonctions, classes et constantes que rien de vivant n'appelle.

Est vivant ce que le corps d'un module atteint exécute, puis ce que nomme du code vivant. Un nom de
module se suit d'import en import ; une méthode, qu'on appelle sur n'importe quoi, à son seul nom.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from django.apps import apps

from tests.appuis.atteints import (
    EN_POINTS,
    arbres,
    atteints,
    fichier_de,
    gabarits,
    module_le_plus_long,
    textes,
)

type Symbole = tuple[str, str]
type Defini = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Ce que le cadre lit par son nom dans nos modules.
LUS_PAR_LE_CADRE = re.compile(
    r"^(__\w+__|app_name|urlpatterns|handler\d+|register|Command|Migration)$"
)
LUS_EN_ENTIER = re.compile(r"(^recouvrement\.(settings|wsgi)$|\.regionaux\.fr\.|\.migrations\.)")
# Ces décorateurs confient la fonction à qui l'appellera : filtre, tâche, receveur, contrôle.
INSCRIVENT = {
    *("filter", "simple_tag", "simple_block_tag", "inclusion_tag"),
    *("connect", "receiver", "shared_task", "task", "register"),
}
# Django appelle ces méthodes sans que nos classes en héritent.
APPELEES = re.compile(r"^(__\w+__|clean_\w+|process_\w+|create_superuser|_generate_next_value_)$")
# Un programme qu'un enfant exécute : ses imports sont écrits dans une chaîne.
DANS_UN_PROGRAMME = re.compile(r"from ([\w.]+) import (\w+)")
MOT = re.compile(r"[^\W\d]\w*")
BALISE = re.compile(r"{[%{].*?[%}]}", re.DOTALL)


@dataclass(slots=True)
class Module:
    """Ce qu'un module définit, ce qu'il importe, et ce qu'il fait en se chargeant."""

    nom: str
    definis: dict[str, ast.stmt] = field(default_factory=dict)
    importes: dict[str, str] = field(default_factory=dict)
    corps: list[ast.stmt] = field(default_factory=list)


@cache
def modules() -> dict[str, Module]:
    return {nom: _lire(nom, arbre) for nom, arbre in arbres().items()}


def _lire(nom: str, arbre: ast.Module) -> Module:
    module = Module(nom)
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.ImportFrom):
            for alias in noeud.names:
                module.importes[alias.asname or alias.name] = f"{noeud.module}.{alias.name}"
        elif isinstance(noeud, ast.Import):
            for alias in noeud.names:
                court = alias.name.partition(".")[0]
                module.importes[alias.asname or court] = alias.name if alias.asname else court
    for instruction in arbre.body:
        noms = _noms(instruction)
        module.definis |= dict.fromkeys(noms, instruction)
        if not noms:
            module.corps.append(instruction)
    return module


def _noms(instruction: ast.stmt) -> list[str]:
    """Ce que l'instruction définit ; rien si c'est un ordre à exécuter."""
    match instruction:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [instruction.name]
        case ast.Assign(targets=[ast.Name(id=nom)]):
            return [nom]
        case ast.AnnAssign(target=ast.Name(id=nom)) | ast.TypeAlias(name=ast.Name(id=nom)):
            return [nom]
        case ast.Assign(targets=[ast.Tuple(elts=elements)]):
            return [e.id for e in elements if isinstance(e, ast.Name)]
    return []


def _resoudre(pointe: str) -> Symbole | None:
    """`clients.views.liste` : là où ce nom est vraiment défini, d'import en import."""
    module = module_le_plus_long(pointe)
    if module is None or module == pointe:
        return None
    nom, _, reste = pointe.removeprefix(f"{module}.").partition(".")
    ici = modules()[module]
    if nom in ici.definis:
        return module, nom
    suite = ici.importes.get(nom)
    return _resoudre(f"{suite}.{reste}".rstrip(".")) if suite and suite != pointe else None


class Vie:
    """Le parcours : ce qui reste à lire, ce qui vit, et les mots que le code vivant emploie."""

    def __init__(self) -> None:
        self.vivants: set[Symbole] = set()
        self.mots: set[str] = set()
        self.a_lire: list[tuple[str, ast.AST]] = []
        # Les méthodes de classes vivantes dont aucun code vivant n'a encore dit le nom.
        self.endormies: dict[tuple[str, str, str], ast.stmt] = {}

    def parcourir(self, employes: frozenset[str]) -> None:
        for texte in gabarits().values():
            self.mots |= {mot for balise in BALISE.findall(texte) for mot in MOT.findall(balise)}
        for module in modules().values():
            if fichier_de(module.nom) in atteints() | employes:
                self._charger(module)
        for employe in employes:
            self._vit(_resoudre(employe))
            self.mots.add(employe.rpartition(".")[2])
        while self.a_lire or self._reveiller():
            while self.a_lire:
                self._lire(*self.a_lire.pop())

    def _charger(self, module: Module) -> None:
        self.a_lire += [(module.nom, instruction) for instruction in module.corps]
        for nom, instruction in module.definis.items():
            if (
                LUS_PAR_LE_CADRE.match(nom)
                or LUS_EN_ENTIER.search(module.nom)
                or _s_inscrit(instruction)
                or _est_une_configuration(instruction)
            ):
                self._vit((module.nom, nom))

    def _vit(self, symbole: Symbole | None) -> None:
        if symbole is None or symbole in self.vivants:
            return
        self.vivants.add(symbole)
        module, nom = symbole
        instruction = modules()[module].definis[nom]
        if not isinstance(instruction, ast.ClassDef):
            self.a_lire.append((module, instruction))
            return
        heritees = _noms_herites(module, nom)
        for dedans in [*instruction.bases, *instruction.keywords, *instruction.decorator_list]:
            self.a_lire.append((module, dedans))
        for membre in instruction.body:
            methode = isinstance(membre, ast.FunctionDef | ast.AsyncFunctionDef) and membre.name
            if not methode or methode in heritees or APPELEES.match(methode):
                self.a_lire.append((module, membre))
            else:
                self.endormies[module, nom, methode] = membre

    def _reveiller(self) -> bool:
        """Les méthodes que l'on vient de nommer ; vrai s'il y en a."""
        nommees = [cle for cle in self.endormies if cle[2] in self.mots]
        for cle in nommees:
            self.a_lire.append((cle[0], self.endormies.pop(cle)))
        return bool(nommees)

    def _lire(self, module: str, arbre: ast.AST) -> None:
        pointes, dits, mots = _lecture(arbre)
        self.mots |= mots
        for pointe in pointes:
            self._nommer(module, pointe)
        for symbole in dits:
            self._vit(symbole)

    def _nommer(self, module: str, pointe: str) -> None:
        tete, _, reste = pointe.partition(".")
        ici = modules()[module]
        if tete in ici.definis:
            self._vit((module, tete))
        elif tete in ici.importes:
            self._vit(_resoudre(f"{ici.importes[tete]}.{reste}".rstrip(".")))


@cache
def _lecture(arbre: ast.AST) -> tuple[frozenset[str], frozenset[Symbole], frozenset[str]]:
    """Les noms pointés qu'il lit, les symboles que ses chaînes nomment, et tous ses mots."""
    pointes = frozenset(_pointes(arbre))
    dits: set[Symbole | None] = set()
    mots = {mot for pointe in pointes for mot in pointe.split(".")}
    for texte in set(textes(arbre)):
        mots.update(MOT.findall(texte.replace("__", " ")), MOT.findall(texte))
        if EN_POINTS.match(texte):
            # L'enfant à qui l'on donne un module en appelle `faire`.
            dits |= {_resoudre(texte.replace(":", ".")), _resoudre(f"{texte}.faire")}
        dits.add(_modele(texte))
        dits |= {_resoudre(f"{module}.{nom}") for module, nom in DANS_UN_PROGRAMME.findall(texte)}
    return pointes, frozenset(dit for dit in dits if dit), frozenset(mots)


def _pointes(arbre: ast.AST) -> Iterator[str]:
    """Chaque nom lu, avec les attributs qui le suivent : `actions.encaisser`."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Name):
            yield noeud.id
        elif isinstance(noeud, ast.Attribute):
            yield noeud.attr if not (tete := _chaine(noeud)) else tete
        elif isinstance(noeud, ast.alias):
            yield noeud.asname or noeud.name


def _chaine(noeud: ast.expr) -> str:
    if isinstance(noeud, ast.Name):
        return noeud.id
    if isinstance(noeud, ast.Attribute) and (avant := _chaine(noeud.value)):
        return f"{avant}.{noeud.attr}"
    return ""


def _s_inscrit(instruction: ast.stmt) -> bool:
    if not isinstance(instruction, ast.FunctionDef | ast.ClassDef):
        return False
    appels = [d.func if isinstance(d, ast.Call) else d for d in instruction.decorator_list]
    return any(_chaine(appel).rpartition(".")[2] in INSCRIVENT for appel in appels)


def _est_une_configuration(instruction: ast.stmt) -> bool:
    return isinstance(instruction, ast.ClassDef) and any(
        _chaine(base).endswith("AppConfig") for base in instruction.bases
    )


def _modele(texte: str) -> Symbole | None:
    """« comptes.Utilisateur » nomme un modèle, comme le fait une clé étrangère."""
    app, point, nom = texte.partition(".")
    if not point or not nom.isidentifier() or app not in apps.app_configs:
        return None
    modele = apps.all_models[app].get(nom.lower())
    return _resoudre(f"{modele.__module__}.{modele.__name__}") if modele else None


def _noms_herites(module: str, classe: str) -> set[str]:
    """Ce qu'une bibliothèque appellera : les noms que portent ses classes dont on hérite."""
    vraie = getattr(import_module(module), classe)
    if not inspect.isclass(vraie):
        return set()
    dehors = [c for c in vraie.__mro__ if c is not vraie and c.__module__ not in arbres()]
    return {nom for c in dehors for nom in vars(c)}


def _dans_l_atteint() -> Iterator[Module]:
    return (m for m in modules().values() if fichier_de(m.nom) in atteints())


@cache
def endormis(employes: frozenset[str] = frozenset()) -> frozenset[str]:
    """Chaque définition que rien de vivant ne nomme ; `employes` : les tenir pour vivantes."""
    vie = Vie()
    vie.parcourir(employes)
    dormeurs = {
        f"{module.nom}.{nom}"
        for module in _dans_l_atteint()
        for nom in module.definis
        if (module.nom, nom) not in vie.vivants
    }
    return frozenset(dormeurs | {".".join(cle) for cle in vie.endormies})


@cache
def champs_jamais_remplis() -> frozenset[str]:
    """Les champs facultatifs d'une fiche figée qu'aucun appel ne donne : ils valent leur défaut."""
    nommes: set[str] = set()
    places: dict[str, int] = {}
    for module in _dans_l_atteint():
        for noeud in ast.walk(arbres()[module.nom]):
            if isinstance(noeud, ast.keyword) and noeud.arg:
                nommes.add(noeud.arg)
            elif isinstance(noeud, ast.Call):
                nom = _chaine(noeud.func).rpartition(".")[2]
                combien = _combien(noeud)
                places[nom] = max(places.get(nom, 0), combien)
        nommes |= {mot for texte in textes(arbres()[module.nom]) for mot in MOT.findall(texte)}
    return frozenset(
        f"{module.nom}.{nom}.{champ}"
        for module in _dans_l_atteint()
        for nom, instruction in module.definis.items()
        if isinstance(instruction, ast.ClassDef) and _est_figee(instruction)
        for champ in list(_facultatifs(instruction))[places.get(nom, 0) :]
        if champ and champ not in nommes
    )


def _combien(appel: ast.Call) -> int:
    """De places données sans nom ; une liste dépliée les donne toutes."""
    return 99 if any(isinstance(a, ast.Starred) for a in appel.args) else len(appel.args)


def _est_figee(classe: ast.ClassDef) -> bool:
    return any("frozen=True" in ast.unparse(d) for d in classe.decorator_list)


def _facultatifs(classe: ast.ClassDef) -> Iterator[str]:
    """Un nom par champ, dans l'ordre ; vide s'il est obligatoire ou ne se donne pas."""
    for membre in classe.body:
        if isinstance(membre, ast.AnnAssign) and isinstance(membre.target, ast.Name):
            calcule = "init=False" in ast.unparse(membre)
            yield "" if membre.value is None or calcule else membre.target.id
