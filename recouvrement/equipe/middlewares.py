"""Tout fichier qui sort s'inscrit : export, pièce, document. En un seul endroit, rien n'échappe."""

from collections.abc import Callable
from email.message import Message

from django.http import HttpRequest, HttpResponse

from recouvrement.equipe import actions

MONTRES, LONGUEUR = 12, 100


class InscrireLesSorties:
    """Une réponse qui porte un nom de fichier est un fichier donné à quelqu'un.

    L'adresse demandée ne s'inscrit pas, seulement le nom de la page et les numéros : un chemin
    peut porter un jeton.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reponse = self.get_response(request)
        page = request.resolver_match
        if (
            reponse.status_code == 200
            and reponse.has_header("Content-Disposition")
            and request.method != "HEAD"
            and page is not None
        ):
            user = request.user
            actions.constater_la_sortie(
                creancier=getattr(request, "creancier", None),
                acteur=user if user.is_authenticated else None,
                fichier=_nom(reponse["Content-Disposition"]),
                page=page.view_name,
                **{nom: valeur for nom, valeur in page.kwargs.items() if isinstance(valeur, int)},
                filtres={
                    nom[:LONGUEUR]: valeur[:LONGUEUR]
                    for nom, valeur in list(request.GET.items())[:MONTRES]
                    if valeur
                },
            )
        return reponse


def _nom(disposition: str) -> str:
    entete = Message()
    entete["Content-Disposition"] = disposition
    return str(entete.get_filename() or "")[:200]
