"""En-têtes de toute réponse : rien de privé ne reste dans un cache."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from recouvrement.socle.traces import mene_par_un_secret

# L'adresse est un secret : elle ne se dit à personne, pas même à nos autres pages. Mais un
# formulaire posté sous « no-referrer » porte « Origin: null », que la garde CSRF refuse.
SANS_RIEN, SANS_CHEMIN = "no-referrer", "strict-origin"


class EntetesPrives:
    """`no-store` partout où quelqu'un est connecté : un retour arrière ne montre rien."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reponse = self.get_response(request)
        if "Cache-Control" not in reponse:
            reponse["Cache-Control"] = "no-store, private"
        patch_vary_headers(reponse, ["Cookie", "HX-Request"])
        reponse["Cross-Origin-Opener-Policy"] = "same-origin"
        if mene_par_un_secret(request.path):
            avec_formulaire = reponse.status_code in (
                HTTPStatus.OK,
                HTTPStatus.UNPROCESSABLE_ENTITY,
            )
            reponse["Referrer-Policy"] = SANS_CHEMIN if avec_formulaire else SANS_RIEN
        reponse["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return reponse
