"""Ce qu'un aperçu demande à une personne : qui est ce débiteur, pourquoi cet autre vendeur."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from factures.enums import SortLigne
from factures.models import Importation, LigneImport
from recouvrement.socle.montants import ZERO

# Au-delà, les questions suivantes viennent une fois celles-ci répondues.
MONTREES = 100


@dataclass(slots=True)
class QuestionDImport:
    """Une question, et toutes les lignes qu'elle retient."""

    sujet: str
    rang: int
    nom: str
    ville: str
    phrase: str
    # (numéro de fiche, sa description)
    candidats: tuple[tuple[str, str], ...] = ()
    proposee: str = ""
    nombre: int = 0
    total: Decimal = ZERO


def debiteurs_a_reconnaitre(importation: Importation) -> list[QuestionDImport]:
    return _questions(importation, "client", "acheteur")


def vendeurs_a_admettre(importation: Importation) -> list[QuestionDImport]:
    return _questions(importation, "vendeur", "vendeur")


def encodages_a_choisir(importation: Importation) -> list[QuestionDImport]:
    return _questions(importation, "encodage", "fichier")


def _questions(importation: Importation, champ: str, partie: str) -> list[QuestionDImport]:
    """Une par sujet, dans l'ordre des lignes."""
    questions: dict[str, QuestionDImport] = {}
    for rang, lu, refus in _retenues(importation):
        for raison in refus:
            if raison["champ"] != champ or not (sujet := raison.get("sujet")):
                continue
            lue = lu.get(partie, {})
            question = questions.get(sujet)
            if question is None:
                question = questions[sujet] = QuestionDImport(
                    sujet,
                    rang,
                    lue.get("nom") or lue.get("siren") or lue.get("tva") or sujet,
                    lue.get("ville", ""),
                    raison["phrase"],
                    tuple((str(pk), decrit) for pk, decrit in lu.get("candidats", ())),
                    str(lu.get("proposee") or ""),
                )
            question.nombre += 1
            question.total += Decimal(lu.get("montant_ttc", "0"))
    return list(questions.values())[:MONTREES]


def _retenues(
    importation: Importation,
) -> Iterator[tuple[int, dict[str, Any], list[dict[str, Any]]]]:
    refusees = LigneImport.objects.pour(importation.creancier).filter(
        importation=importation, sort=SortLigne.REFUSEE
    )
    lignes = refusees.order_by("rang").values_list("rang", "lu", "refus")
    yield from lignes.iterator(chunk_size=2000)
