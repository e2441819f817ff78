"""Ce que lint-imports ne voit pas : clés étrangères, gabarits, accès, cloison, taille."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.views.generic import RedirectView

from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.environnement import RACINE
from tests.appuis.adresses import parcourir

# Du plus bas au plus haut ; une app ne connaît que celles qui la précèdent.
ETAGES = [
    "composants",
    "comptes",
    "journal",
    "documents",
    "courriel",
    "equipe",
    "clients",
    "factures",
    "relances",
    "contentieux",
    "accueil",
    "demonstration",
    "banc",
    "exploitation",
    "vie_privee",
]
LIGNES_MAX = 400
SOURCES = ["recouvrement", "clients", "factures", "relances", "contentieux"]
GABARITS = RACINE / "templates"

# Les seules pages ouvertes à qui n'est pas connecté, par le nom de leur adresse.
PUBLIQUES = {
    # django-allauth garde lui-même ses pages.
    r"^(account|mfa|usersessions)_",
    # Le jeton de l'adresse vaut autorisation.
    r"^equipe:(invitation|changement_lien|expediteur)$",
    # Qui a perdu son téléphone n'est pas encore entré : un texte, sans donnée.
    r"^equipe:telephone_perdu$",
}

# Les pages de compte d'allauth, habillées par nous, sont tenues par l'équipe.
CHEZ_L_EQUIPE = {"account", "allauth", "mfa", "usersessions"}


def etage(app: str) -> int:
    app = "equipe" if app in CHEZ_L_EQUIPE else app
    return ETAGES.index(app) if app in ETAGES else -1


@cache
def gabarits() -> dict[str, str]:
    return {
        fichier.relative_to(GABARITS).as_posix(): fichier.read_text(encoding="utf-8")
        for fichier in sorted(GABARITS.rglob("*"))
        if fichier.is_file()
    }


@cache
def modules() -> dict[str, str]:
    return {
        fichier.relative_to(RACINE).as_posix(): fichier.read_text(encoding="utf-8")
        for source in SOURCES
        for fichier in sorted((RACINE / source).rglob("*.py"))
        if "migrations" not in fichier.parts
    }


def test_une_cle_etrangere_ne_remonte_pas_d_etage():
    montantes = [
        f"{modele._meta.label}.{champ.name} → {champ.related_model._meta.label}"
        for modele in apps.get_models()
        if modele._meta.app_label in ETAGES
        for champ in modele._meta.get_fields()
        if champ.is_relation
        and not champ.auto_created
        and champ.related_model
        and etage(champ.related_model._meta.app_label) > etage(modele._meta.app_label)
    ]
    assert montantes == []


def test_un_gabarit_n_inclut_que_chez_soi_ou_dessous():
    montants = [
        f"{nom} → {cible}"
        for nom, texte in gabarits().items()
        if "/" in nom
        for cible in re.findall(r"{%\s*(?:include|extends)\s+[\"']([^\"'#]+)", texte)
        if etage(cible.split("/")[0]) > etage(nom.split("/")[0])
    ]
    assert montants == []


@pytest.mark.parametrize(
    ("faute", "motif"),
    [
        ("un style en ligne", r"<[^>{]*\sstyle\s*="),
        ("un gestionnaire en ligne", r"<[^>{]*\son[a-z]+\s*="),
        ("htmx évalué", r"\shx-on[:\-=]"),
        ("un script en ligne", r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>"),
        ("une feuille en ligne", r"<style\b"),
        ("une adresse javascript:", r"javascript:"),
        ("un hôte étranger", r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"'](?:https?:)?//"),
    ],
    ids=lambda valeur: valeur if " " in valeur else "",
)
def test_aucune_page_n_enfreint_la_politique_de_contenu(faute, motif):
    en_faute = [
        nom
        for nom, texte in gabarits().items()
        # Les sources de PDF et de courriels ne sont pas des pages.
        if nom.endswith(".html") and not re.search(r"(^|/)(documents|courriels)/", nom)
        if re.search(motif, texte, re.IGNORECASE)
    ]
    assert en_faute == [], faute


def test_toute_page_d_un_creancier_exige_une_habilitation():
    nues = [
        chemin
        for chemin, _, vue in parcourir()
        if "<slug:creancier>" in chemin and not hasattr(vue, "role_exige")
    ]
    assert nues == []


def test_toute_page_dit_qui_peut_la_voir():
    muettes = [
        f"{chemin} ({nom})"
        for chemin, nom, vue in parcourir()
        if not hasattr(vue, "role_exige")
        # Un renvoi ne montre rien : la page d'arrivée a sa propre garde.
        and getattr(vue, "view_class", None) is not RedirectView
        and not any(re.match(motif, nom) for motif in PUBLIQUES)
    ]
    assert muettes == []


# Les seuls qui passent à côté de la cloison, et pourquoi.
HORS_CLOISON = {
    # Elle vérifie la cloison elle-même, tous créanciers mêlés.
    "recouvrement/comptes/lectures/etancheite.py",
}


def test_personne_n_emprunte_la_porte_de_service_de_django():
    """`_base_manager` et `_default_manager` ne demandent aucun créancier : ils sont à Django."""
    en_faute = [
        nom
        for nom, texte in modules().items()
        if nom not in HORS_CLOISON and re.search(r"\._(base|default)_manager\b|\.raw\(", texte)
    ]
    assert en_faute == []


def test_une_unicite_se_dit_par_creancier():
    """Sans lui, un créancier apprendrait par un refus ce qu'un autre possède."""
    sans = []
    for modele in apps.get_models():
        if not issubclass(modele, ModeleCloisonne):
            continue
        for contrainte in modele._meta.constraints:
            if isinstance(contrainte, models.UniqueConstraint) and not _borne(modele, contrainte):
                sans.append(f"{modele._meta.label}.{contrainte.name}")
        sans += [
            f"{modele._meta.label}.{champ.name}"
            for champ in modele._meta.local_fields
            if champ.unique
            and not champ.primary_key
            and not champ.is_relation
            # Ce qui vient du hasard (UUID, empreinte de jeton) n'apprend rien à personne.
            and not isinstance(champ, models.UUIDField)
            and champ.name != "empreinte_jeton"
            and champ.name != "empreinte_jeton"
        ]
    assert sans == []


def _borne(modele: type[models.Model], contrainte: models.UniqueConstraint) -> bool:
    """Le créancier y est, ou une ligne cloisonnée dont il dépend (une relance, une facture…)."""
    for nom in contrainte.fields:
        champ = modele._meta.get_field(nom)
        if nom == "creancier":
            return True
        if champ.is_relation and issubclass(champ.related_model, ModeleCloisonne):
            return True
    return any("creancier" in str(expression) for expression in contrainte.expressions)


# Une migration passée ne se réécrit pas : celles-ci gardent leur longueur.
TROP_LONGS = {
    "contentieux/migrations/0001_initial.py",
    "factures/migrations/0002_ce_que_dit_le_droit.py",
}


def test_un_module_reste_lisible_d_une_traite():
    """Essais et migrations compris."""
    longs = {
        fichier.relative_to(RACINE).as_posix()
        for dossier in (*SOURCES, "tests")
        for fichier in (RACINE / dossier).rglob("*.py")
        if len(fichier.read_text(encoding="utf-8").splitlines()) > LIGNES_MAX
    }
    assert longs == TROP_LONGS


def test_rien_ne_s_appelle_utils():
    fourre_tout = [
        nom
        for nom in modules()
        if Path(nom).stem in {"utils", "helpers", "misc", "common", "outils"}
        or {"utils", "helpers", "common"} & set(Path(nom).parts)
    ]
    assert fourre_tout == []


def test_aucun_import_relatif_ni_signal_de_l_orm():
    en_faute = [
        nom
        for nom, texte in modules().items()
        if re.search(
            r"^\s*from \.|django\.db\.models\.signals|django\.db\.models import signals",
            texte,
            re.MULTILINE,
        )
    ]
    assert en_faute == []


def test_les_applications_du_projet_sont_toutes_a_un_etage():
    inconnues = [
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(RACINE)
        and not Path(config.path).is_relative_to(RACINE / ".venv")
        and config.label not in {*ETAGES, "socle"}
    ]
    assert inconnues == []
    assert settings.ROOT_URLCONF == "recouvrement.urls"


def test_tout_paquet_a_sa_liste_fermee_de_pieces():
    """Un contrat qui refuse un nom inconnu : nulle part un module n'arrive sans sa place."""
    reglages = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))
    tenus = {
        paquet
        for contrat in reglages["tool"]["importlinter"]["contracts"]
        if contrat.get("exhaustive")
        for paquet in contrat["containers"]
    }
    paquets = {*SOURCES} - {"recouvrement"} | {
        f"recouvrement.{init.parent.name}"
        for init in (RACINE / "recouvrement").glob("*/__init__.py")
    }
    assert paquets - tenus == set()


# Une pièce par façon d'écrire ; les autres l'appellent, sauf ceux qui ont une raison.
ECRITURES = {
    r"%d/%m": {
        "recouvrement/socle/formats.py",
        # Ce que l'on accepte de lire.
        "recouvrement/socle/regionaux/fr/formats.py",
    },
    r"ZoneInfo\(": {"recouvrement/socle/temps.py"},
    r"\.quantize\(|\bROUND_": {
        "recouvrement/socle/montants.py",
        # Le banc mesure le calcul tout nu.
        "recouvrement/banc/calculs.py",
    },
}


@pytest.mark.parametrize("motif", ECRITURES)
def test_une_date_un_fuseau_un_arrondi_s_ecrivent_a_un_seul_endroit(motif):
    ailleurs = {nom for nom, texte in modules().items() if re.search(motif, texte)}
    assert ailleurs - ECRITURES[motif] == set()


FONCTION_MAX = 60
# À couper encore : la liste ne fait que raccourcir.
LONGUES = {
    "factures/actions/annulations.py:annuler_encaissement",
    "factures/actions/decisions.py:enregistrer_decision",
    "factures/imports/cii.py:lire_cii",
    "factures/imports/ubl.py:lire_ubl",
    "relances/actions/mises_en_demeure.py:preparer_mise_en_demeure",
}


def test_une_fonction_tient_sous_les_yeux():
    longues = {
        f"{nom}:{noeud.name}"
        for nom, texte in modules().items()
        for noeud in ast.walk(ast.parse(texte))
        if isinstance(noeud, ast.FunctionDef)
        and (noeud.end_lineno or 0) - noeud.lineno + 1 > FONCTION_MAX
    }
    assert longues - LONGUES == set()
