"""Au bord du site : ce qu'aucune vue n'a su dire devient une page et une phrase, pas une panne."""

import errno
import logging
import unicodedata
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from recouvrement.socle.erreurs import ErreurMetier, PannePassagere

PLUS_TARD = 60
# Le disque est plein, en lecture seule, ou son quota est atteint.
DISQUE = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG}
SANS_PLACE = (
    "Le serveur n'a plus de place pour écrire : rien n'a été enregistré. Réessayez dans quelques "
    "minutes ; si cela dure, prévenez l'administrateur."
)
ILLISIBLE = "Cette adresse porte un caractère qui ne s'écrit pas : reprenez le lien d'origine."
traces = logging.getLogger(__name__)


class RefusEnPage:
    """Une adresse illisible, un refus ou une panne passagère : une page le dit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _est_illisible(request):
            return _page(request, ILLISIBLE, 400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case ErreurMetier():
                traces.info("Refus montré en page : %s", type(exception).__name__)
                return _page(request, exception.message, exception.statut)
            case PannePassagere():
                traces.error("%s : %s", type(exception).__name__, exception.__cause__)
                return _page(request, exception.message, 503)
            case OSError() if exception.errno in DISQUE:
                traces.error("Plus de place pour écrire : %s", exception.strerror)
                return _page(request, SANS_PLACE, 503)
        return None


def _page(request: HttpRequest, phrase: str, statut: int) -> HttpResponse:
    reponse = render(request, "refus.html", {"phrase": phrase, "statut": statut}, status=statut)
    if statut == 503:
        reponse["Retry-After"] = str(PLUS_TARD)
    return reponse


def _est_illisible(request: HttpRequest) -> bool:
    """Un NUL ou un demi-caractère : aucune base ne les garde, aucune page ne les écrit."""
    morceaux = [request.path_info]
    for nom, valeurs in request.GET.lists():
        morceaux += [nom, *valeurs]
    return any(c == "\x00" or unicodedata.category(c) == "Cs" for m in morceaux for c in m)
