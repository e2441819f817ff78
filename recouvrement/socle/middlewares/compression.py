"""Compresser ce qui se lit : une page de liste voyage dix fois plus légère."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Un PDF, un classeur, une image le sont déjà.
LISIBLES = ("text/", "application/json", "application/xml", "image/svg+xml")


class CompresserLeTexte(GZipMiddleware):
    """Celui de Django, pour les seules réponses lisibles.

    BREACH devine un secret à la taille des réponses compressées : Django masque le jeton CSRF à
    chaque page et ajoute à l'en-tête gzip jusqu'à cent octets au hasard ; aucune page ne rend, à
    côté d'un texte venu d'ailleurs, d'autre secret qui serve à agir.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(LISIBLES):
            return response
        return super().process_response(request, response)
