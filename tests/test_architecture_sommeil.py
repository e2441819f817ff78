"""Rien ne dort : tout module, gabarit, style, donnée, fonction est atteint depuis un bord.

Ce qui attend d'être employé se nomme ici, un par un, avec ce qui l'emploiera.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.appuis.adresses import parcourir
from tests.appuis.atteints import SERVIS, arbres, atteints, gabarits, textes, tout
from tests.appuis.symboles import champs_jamais_remplis, endormis

VOIES = "voies, tribunal, frais et requête"
MANDATS = "mandats et lettre R124-4"
REPONSES = "réponses reçues"
A_VENIR = {VOIES, MANDATS, REPONSES}


class Attente(NamedTuple):
    """À employer par quoi, et pour quoi faire."""

    par: str
    raison: str


FICHIERS = {
    "recouvrement/droit/communes.py": Attente(VOIES, "la commune de chaque débiteur"),
    "recouvrement/droit/donnees/cedex.csv": Attente(VOIES, "lue par communes"),
    "recouvrement/droit/donnees/communes_anciennes.csv": Attente(VOIES, "lue par communes"),
    "recouvrement/droit/competence.py": Attente(VOIES, "le tribunal de chaque débiteur"),
    "recouvrement/droit/conditions.py": Attente(VOIES, "les conditions de chaque voie"),
    "recouvrement/droit/frais.py": Attente(VOIES, "le coût de chaque voie"),
    "recouvrement/droit/procedures.py": Attente(VOIES, "la fiche de chaque voie"),
    "recouvrement/droit/donnees/construire_tribunaux.py": Attente(
        VOIES, "refait la table des tribunaux quand la carte judiciaire change"
    ),
    "recouvrement/droit/donnees/frais.csv": Attente(VOIES, "les tarifs que lit frais"),
    "recouvrement/droit/donnees/juridictions.csv": Attente(VOIES, "lue par communes"),
    "recouvrement/droit/donnees/procedures.csv": Attente(VOIES, "lue par procedures"),
    "recouvrement/droit/donnees/tribunaux.csv": Attente(VOIES, "lue par communes"),
}
DEFINITIONS = {
    "recouvrement.droit.delais.Delai.est_proroge": Attente(VOIES, "dire le report au jour ouvré"),
    "recouvrement.droit.injonction.consigner": Attente(VOIES, "les frais à consigner"),
    "recouvrement.droit.injonction.constituer_avocat": Attente(VOIES, "l'avocat, sur opposition"),
    "recouvrement.droit.injonction.demander_la_formule": Attente(
        VOIES, "ce qui reste à faire d'une ordonnance d'avant 2022"
    ),
    "recouvrement.droit.mentions.interdits": Attente(MANDATS, "relire les écrits d'un mandataire"),
    "recouvrement.droit.mentions.manquants_r124_4": Attente(MANDATS, "ce qui manque à la lettre"),
    "relances.documents.GABARIT_DU_MANDATAIRE": Attente(MANDATS, "la lettre elle-même"),
    "relances.documents.contexte_du_mandataire": Attente(MANDATS, "ce que la lettre dit"),
    "relances.documents.GABARIT_RECONNAISSANCE": Attente(REPONSES, "un échelonnement demandé"),
    "relances.documents.contexte_de_reconnaissance": Attente(REPONSES, "ce que l'accord dit"),
}
CHAMPS = {
    "recouvrement.documents.contextes.Partie.mentions_propres": Attente(
        MANDATS, "la déclaration au procureur du mandataire"
    ),
}


def test_tout_fichier_est_atteint_depuis_un_bord() -> None:
    assert tout() - atteints() == set(FICHIERS)


def test_toute_definition_sert_hors_des_essais() -> None:
    """Un nom de la liste qui ne dort plus, ou un dormeur qui n'y est pas : même échec."""
    assert endormis() >= set(DEFINITIONS)
    attendus = frozenset(FICHIERS) | frozenset(DEFINITIONS)
    assert endormis(attendus) == frozenset()


def test_tout_champ_facultatif_se_remplit_quelque_part() -> None:
    assert champs_jamais_remplis() == set(CHAMPS)


def test_ce_qui_attend_dit_qui_l_emploiera() -> None:
    attentes = [*FICHIERS.values(), *DEFINITIONS.values(), *CHAMPS.values()]

    assert {attente.par for attente in attentes} <= A_VENIR
    assert all(attente.raison for attente in attentes)


def test_toute_page_a_un_lien_ou_un_renvoi() -> None:
    """Une adresse que ni un gabarit ni le code ne nomme n'est visitée par personne."""
    sues = {
        texte
        for nom, arbre in arbres().items()
        if not nom.endswith("urls")
        for texte in textes(arbre)
    }
    ecrits = " ".join([*sues, *gabarits().values()])
    isolees = [
        nom for _, nom, _ in parcourir() if ":" in nom and not re.search(rf"\b{nom}\b", ecrits)
    ]
    assert isolees == []


# htmx pose lui-même celle-ci.
POSEES_PAR_HTMX = {"htmx-request"}
MOT = re.compile(r"[\w-]+")


def feuilles() -> Iterator[tuple[str, str]]:
    for fichier in sorted(SERVIS.rglob("*.css")):
        texte = fichier.read_text(encoding="utf-8")
        yield fichier.name, re.sub(r"/\*.*?\*/", "", texte, flags=re.DOTALL)


def test_toute_classe_de_style_habille_quelque_chose() -> None:
    scripts = [f.read_text(encoding="utf-8") for f in SERVIS.rglob("*.js")]
    code = [texte for arbre in arbres().values() for texte in textes(arbre)]
    ecrits = " ".join([*gabarits().values(), *scripts, *code])
    # « f{{ segment.rang }} » : la classe est ce mot, suivi d'un nombre.
    numerotees = tuple(set(re.findall(r"class=\"(?:[^\"]* )?([a-z]+){{", ecrits)))
    employees = set(MOT.findall(ecrits)) | POSEES_PAR_HTMX
    mortes = [
        f"{nom} .{classe}"
        for nom, texte in feuilles()
        for classe in _classes(texte)
        if classe not in employees and classe.rstrip("0123456789") not in numerotees
    ]
    assert mortes == []


def _classes(texte: str) -> set[str]:
    selecteurs = " ".join(re.findall(r"([^{};]*){", texte))
    return set(re.findall(r"\.([A-Za-z][\w-]*)", selecteurs))


def test_toute_variable_de_style_est_lue() -> None:
    tout_le_style = " ".join(texte for _, texte in feuilles())
    declarees = set(re.findall(r"(--[\w-]+)\s*:", tout_le_style))

    assert declarees - set(re.findall(r"var\(\s*(--[\w-]+)", tout_le_style)) == set()
