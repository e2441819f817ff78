"""htmx suit un renvoi et coudrait une page entière dans un fragment : on le fait naviguer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from recouvrement.socle.pages.htmx import est_htmx

# Se connecter, confirmer qui l'on est, se mettre en règle : jamais dans un morceau de page.
PAGES = ("account_login", "account_reauthenticate", "mfa_reauthenticate", "equipe:double")


class PagesEntieres:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        par_htmx = est_htmx(request)
        reponse = self.get_response(request)
        adresse = reponse.headers.get("Location", "")
        if par_htmx and adresse.partition("?")[0] in {reverse(page) for page in PAGES}:
            return HttpResponse(status=204, headers={"HX-Redirect": adresse})
        return reponse
