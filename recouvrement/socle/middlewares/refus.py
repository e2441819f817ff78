"""Un refus que la vue n'a pas prévu de montrer devient une page et une phrase, pas une panne."""

import logging
import unicodedata
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pages.annonces import poser
from recouvrement.socle.pages.htmx import est_htmx

ILLISIBLE = "Cette adresse porte un caractère qui ne s'écrit pas : reprenez le lien d'origine."
traces = logging.getLogger(__name__)


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
