"""Qui écrit quoi : l'argent par le grand livre seul, rien depuis la lecture des fichiers."""

import ast
from collections.abc import Iterator

import pytest

from tests.test_architecture import modules

LIVRE = "factures/actions/grand_livre.py"
TENUES = {"solde", "soldee_le", "disponible", "cycle"}
COMPTES = {"Facture", "Encaissement", "Imputation"}
ECRITURES = {
    *("create", "get_or_create", "update", "update_or_create"),
    *("bulk_create", "bulk_update", "save", "setattr"),
}
# Une relance garde le solde que sa lettre a dit, sous le même nom.
HOMONYMES = {"relances/actions/envoi.py": {"ligne.solde"}}


def hors_du_livre() -> Iterator[tuple[str, str]]:
    for nom, texte in modules().items():
        if nom != LIVRE and not nom.startswith("factures/models/"):
            yield nom, texte


def racine(noeud: ast.expr) -> str:
    """Le nom d'où part une chaîne : `Facture.objects.pour(…).update(…)` part de `Facture`."""
    while isinstance(noeud, ast.Attribute | ast.Call | ast.Subscript):
        noeud = noeud.func if isinstance(noeud, ast.Call) else noeud.value
    return noeud.id if isinstance(noeud, ast.Name) else ""


def autre_modele(nom: str) -> bool:
    """Un modèle d'un autre nom garde ses colonnes à lui ; une variable peut tout contenir."""
    return nom[:1].isupper() and nom not in COMPTES


def affectations(noeud: ast.AST) -> Iterator[ast.expr]:
    cibles: list[ast.expr] = []
    if isinstance(noeud, ast.Assign):
        cibles = noeud.targets
    elif isinstance(noeud, ast.AugAssign | ast.AnnAssign):
        cibles = [noeud.target]
    for cible in cibles:
        yield from cible.elts if isinstance(cible, ast.Tuple | ast.List) else [cible]


def entorses_au_livre(texte: str) -> Iterator[str]:
    for noeud in ast.walk(ast.parse(texte)):
        for cible in affectations(noeud):
            if isinstance(cible, ast.Attribute) and cible.attr in TENUES:
                yield ast.unparse(cible)
        if isinstance(noeud, ast.Call):
            yield from _appel_defendu(noeud)


def _appel_defendu(appel: ast.Call) -> Iterator[str]:
    depuis = racine(appel)
    nom = appel.func.attr if isinstance(appel.func, ast.Attribute) else depuis
    if nom in {"Encaissement", "Imputation"}:
        # Ni l'un ni l'autre n'existe sans une part de ce qui est dû.
        yield ast.unparse(appel.func)
    if nom not in {"Facture", *ECRITURES} or autre_modele(depuis):
        return
    if depuis in COMPTES and nom in {"create", "get_or_create", "update_or_create", "bulk_create"}:
        yield ast.unparse(appel.func)
    for argument in [*appel.args, *(cle.value for cle in appel.keywords)]:
        for dit in ast.walk(argument):
            if isinstance(dit, ast.Constant) and dit.value in TENUES:
                yield f"{ast.unparse(appel.func)}(« {dit.value} »)"
    for cle in appel.keywords:
        if cle.arg in TENUES:
            yield f"{ast.unparse(appel.func)}({cle.arg}=)"


def test_le_grand_livre_seul_ecrit_les_soldes():
    en_faute = [
        f"{nom} : {entorse}"
        for nom, texte in hors_du_livre()
        for entorse in entorses_au_livre(texte)
        if entorse not in HOMONYMES.get(nom, ())
    ]
    assert en_faute == []


@pytest.mark.parametrize(
    "faute",
    [
        "facture.solde -= part",
        "facture.soldee_le, facture.cycle = None, 2",
        "encaissement.disponible: Decimal = ZERO",
        "Facture(numero='F1', solde=ZERO)",
        "Facture.objects.create(numero='F1')",
        "Facture.objects.pour(creancier).update(soldee_le=jour)",
        "factures.update(cycle=2)",
        "factures.bulk_update(lot, ['libelle', 'solde'])",
        "facture.save(update_fields=['solde'])",
        "setattr(facture, 'cycle', 2)",
        "Encaissement(montant=montant)",
        "Imputation.objects.bulk_create(lignes)",
    ],
)
def test_chaque_maniere_d_ecrire_un_solde_se_voit(faute):
    assert list(entorses_au_livre(faute))


@pytest.mark.parametrize(
    "permis",
    [
        "RelanceFacture(facture=facture, solde=facture.solde, cycle=facture.cycle)",
        "RelanceFacture.objects.pour(creancier).bulk_update(lignes, ['solde'])",
        "factures.aggregate(solde=Sum('solde'))",
        "Facture(numero='F1', montant_ttc=montant)",
        "Facture.objects.pour(creancier).filter(solde=ZERO).update(libelle='')",
    ],
)
def test_ce_qui_ne_fait_que_lire_reste_permis(permis):
    assert list(entorses_au_livre(permis)) == []


ECRIRE = {
    *("save", "create", "get_or_create", "update_or_create", "update", "delete"),
    *("bulk_create", "bulk_update", "atomic", "on_commit", "select_for_update"),
    # Le magasin de fichiers et les écritures par lots.
    *("deposer", "Depots", "inserer", "inserer_fiches", "inscrire", "inscrire_lot"),
}


def ecritures_de(texte: str) -> Iterator[str]:
    for noeud in ast.walk(ast.parse(texte)):
        match noeud:
            case ast.Call(func=ast.Attribute(attr=nom)) | ast.Call(func=ast.Name(id=nom)):
                if nom in ECRIRE:
                    yield ast.unparse(noeud.func)
            case ast.ImportFrom(module=module, names=noms):
                if module and (".actions" in module or any(n.name == "transaction" for n in noms)):
                    yield ast.unparse(noeud)


def test_lire_un_fichier_n_ecrit_rien():
    """`imports` lit et comprend ; ce qui en reste s'écrit dans `actions`."""
    en_faute = [
        f"{nom} : {ecriture}"
        for nom, texte in modules().items()
        if "/imports/" in nom
        for ecriture in ecritures_de(texte)
    ]
    assert en_faute == []


@pytest.mark.parametrize(
    "faute",
    [
        "from django.db import transaction",
        "from factures.actions.importation import ecrire_importation",
        "ligne.save()",
        "LigneImport.objects.pour(creancier).filter(rang=1).delete()",
        "Facture.objects.bulk_update(lot, ['libelle'])",
        "depots.deposer(octets)",
    ],
)
def test_chaque_maniere_d_ecrire_depuis_la_lecture_se_voit(faute):
    assert list(ecritures_de(faute))
