"""Comment un refus se montre : à côté de sa saisie, sur sa page, en annonce ; jamais en vert.

Une vue n'attrape pas `ErreurMetier` elle-même : elle dit ici où la phrase doit paraître. Ce
qu'elle n'a pas prévu devient une page et une phrase, pas une panne.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from recouvrement.socle.annonces import poser
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.htmx import est_htmx

ILLISIBLE = "Cette adresse porte un caractère qui ne s'écrit pas : reprenez le lien d'origine."
traces = logging.getLogger(__name__)


type Champ = str | Callable[[ErreurMetier], str | None] | None


@dataclass(slots=True)
class Refus:
    """`phrase` : vide tant que rien n'est refusé."""

    phrase: str = ""


@contextmanager
def refus_a_montrer() -> Iterator[Refus]:
    """La page qui suit montre elle-même la phrase ; ce qui est dans le bloc s'arrête là."""
    refus = Refus()
    try:
        yield refus
    except ErreurMetier as erreur:
        traces.info("Refus montré : %s", type(erreur).__name__)
        refus.phrase = erreur.message


@contextmanager
def refus_dans(formulaire: BaseForm, champ: Champ = None) -> Iterator[None]:
    """La phrase sous son champ, ou en tête ; la saisie reste, la vue la rend en 422."""
    try:
        yield
    except ErreurMetier as erreur:
        traces.info("Refus montré : %s", type(erreur).__name__)
        formulaire.add_error(champ(erreur) if callable(champ) else champ, erreur.message)


@contextmanager
def refus_annonce(request: HttpRequest) -> Iterator[None]:
    """Là où la vue repart : la page d'arrivée le dit en rouge, et ne l'efface pas d'elle-même."""
    with refus_a_montrer() as refus:
        yield
    if refus.phrase:
        annoncer_un_refus(request, refus.phrase)


def annoncer_un_refus(request: HttpRequest, phrase: str) -> None:
    messages.error(request, phrase)


class RefusEnPage:
    """Une adresse illisible ou un refus : une page le dit, ou, pour htmx, une annonce."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _est_illisible(request):
            return _page(request, ILLISIBLE, 400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ErreurMetier):
            return None
        traces.info("Refus montré : %s", type(exception).__name__)
        if est_htmx(request):
            return poser(exception.message, statut=exception.statut)
        return _page(request, exception.message, exception.statut)


def _page(request: HttpRequest, phrase: str, statut: int) -> HttpResponse:
    return render(request, "refus.html", {"phrase": phrase, "statut": statut}, status=statut)


def _est_illisible(request: HttpRequest) -> bool:
    """Un NUL ou un demi-caractère : aucune base ne les garde, aucune page ne les écrit."""
    morceaux = [request.path_info]
    for nom, valeurs in request.GET.lists():
        morceaux += [nom, *valeurs]
    return any(c == "\x00" or unicodedata.category(c) == "Cs" for m in morceaux for c in m)
