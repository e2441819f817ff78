"""En-têtes de toute réponse : rien de privé ne reste dans un cache."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


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
        reponse["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return reponse
