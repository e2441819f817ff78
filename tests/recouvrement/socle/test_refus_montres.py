"""Chaque geste d'une page, quand l'action refuse : la phrase paraît en rouge, jamais en vert."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest
import time_machine
from django.apps import apps
from django.contrib.messages import ERROR, get_messages
from django.db import transaction
from django.test import Client as Navigateur
from django.urls import Resolver404, resolve

from recouvrement.comptes.enums import Role
from recouvrement.environnement import RACINE
from recouvrement.socle.erreurs import ErreurMetier
from tests.appuis.saisies import Formulaire, relever
from tests.matrice.adresses import adresses
from tests.matrice.monde import MAINTENANT, Monde, un_monde
from tests.test_architecture import modules

REFUS = "Refusé pour voir comment cela se dit."
# Ce que les pages laissent vide et que la saisie exige.
SAISIES = {
    r"(^|_)(le|du|au|date|effet|jusqu_au|recu|echeance|emission)($|_)|_le$": "2026-09-03",
    r"montant|part_|quota|delai": "10",
    r"courriel": "quelqu.un@ailleurs.example",
    r"": "essai",
}
# Ceux d'avant, que l'on voyait en vert : ils doivent être du parcours.
VERTS = {"relances:annuler_courrier", "relances:promesse", "accueil:enregistrer_vue"}


def les_refus(classe: type[ErreurMetier] = ErreurMetier) -> set[str]:
    noms = {classe.__name__}
    return noms.union(*(les_refus(fille) for fille in classe.__subclasses__()))


def vues() -> Iterator[tuple[str, ast.Module]]:
    for nom, texte in modules().items():
        if "/views/" in nom:
            yield nom, ast.parse(texte)


def test_aucune_vue_n_attrape_un_refus_elle_meme():
    """`socle/pages/refus.py` sait où il se montre ; une vue qui l'attrape l'écrirait à sa façon."""
    connus = les_refus()
    fautes = [
        f"{nom}:{noeud.lineno}"
        for nom, module in vues()
        for noeud in ast.walk(module)
        if isinstance(noeud, ast.ExceptHandler)
        and (noeud.type is None or connus & set(re.findall(r"\w+", ast.unparse(noeud.type))))
    ]
    assert fautes == []


def test_aucune_vue_n_annonce_sans_dire_si_c_est_un_refus():
    """`annoncer` pour ce qui est fait, `annoncer_un_refus` sinon : jamais `messages` à la main."""
    fautes = [
        nom
        for nom, module in vues()
        for noeud in ast.walk(module)
        if isinstance(noeud, ast.ImportFrom) and noeud.module == "django.contrib"
    ]
    assert fautes == []


@pytest.fixture
def monde():
    with time_machine.travel(MAINTENANT, tick=False):
        yield un_monde("Refus")


@pytest.mark.django_db
def test_un_refus_ne_parait_jamais_comme_un_succes(monde, monkeypatch):
    navigateur = Navigateur()
    navigateur.force_login(monde.equipe[Role.GESTIONNAIRE])
    formulaires = les_gestes(navigateur, monde)
    refuser_toute_action(monkeypatch)

    montres, fautes = set(), []
    for formulaire in formulaires:
        nom = nom_de(formulaire)
        dit = poster(navigateur, formulaire)
        if dit is None:
            continue
        montres.add(nom)
        if not dit:
            fautes.append(nom)

    assert fautes == []
    assert montres >= VERTS
    assert len(montres) > 40, sorted(montres)


def les_gestes(navigateur: Navigateur, monde: Monde) -> list[Formulaire]:
    """Ceux que montrent les pages, puis les adresses qu'aucune ne montre ce jour-là."""
    trouves: dict[str, Formulaire] = {}
    chemins = [a.vers(monde.creancier.code, monde.cles) for a in adresses() if a.est_d_un_creancier]
    for chemin in chemins:
        reponse = navigateur.get(chemin)
        if reponse.status_code == 200 and "html" in reponse["Content-Type"]:
            relever(chemin, reponse.content.decode(), trouves)
    for chemin in chemins:
        trouves.setdefault(chemin, Formulaire(chemin, {"constat": "tenue"}))
    return list(trouves.values())


def refuser_toute_action(monkeypatch) -> None:
    """Ce que les vues tiennent d'un module `actions` lève, quoi qu'on lui donne."""

    def refuser(*_args, **_kwargs):
        raise ErreurMetier(REFUS)

    for config in apps.get_app_configs():
        if not str(config.path).startswith(str(RACINE)):
            continue
        for module in _modules_de_vues(config.name):
            for nom, objet in list(vars(module).items()):
                if callable(objet) and ".actions" in getattr(objet, "__module__", ""):
                    monkeypatch.setattr(module, nom, refuser)
                elif getattr(objet, "__name__", "").endswith(".actions"):
                    monkeypatch.setattr(module, nom, _Refusant(refuser))


class _Refusant:
    """Un paquet d'actions : chacune refuse."""

    def __init__(self, refuser) -> None:
        self.refuser = refuser

    def __getattr__(self, _nom):
        return self.refuser


def _modules_de_vues(app: str):
    return [m for nom, m in list(sys.modules.items()) if m and nom.startswith(f"{app}.views.")]


def nom_de(formulaire: Formulaire) -> str:
    try:
        return resolve(formulaire.action).view_name
    except Resolver404:
        return formulaire.action


def poster(navigateur: Navigateur, formulaire: Formulaire) -> bool | None:
    """Le refus est-il dit comme tel ? None : rien n'a été refusé (une saisie à corriger)."""
    donnees = {nom: valeur or _saisie(nom) for nom, valeur in formulaire.champs.items()}
    with transaction.atomic():
        reponse = navigateur.post(formulaire.action, donnees)
        transaction.set_rollback(True)
    # Une annonce non lue suivrait le navigateur jusqu'au geste d'après.
    navigateur.cookies.pop("messages", None)
    annonces = [m for m in get_messages(reponse.wsgi_request) if REFUS in str(m)]
    if annonces:
        return all(m.level == ERROR for m in annonces)
    if reponse.streaming or REFUS not in reponse.content.decode():
        return None
    vert = re.search(rf'role="status"[^>]*>(?:(?!</div>).)*{REFUS}', reponse.content.decode(), re.S)
    return vert is None and reponse.status_code >= 400


def _saisie(nom: str) -> str:
    return next(valeur for motif, valeur in SAISIES.items() if re.search(motif, nom))
