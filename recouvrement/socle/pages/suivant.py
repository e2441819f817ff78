"""Où revenir après un geste : la page d'où l'on vient, si elle est à nous."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from recouvrement.socle.saisies.lisible import phrase_illisible


def page_suivante(request: HttpRequest, *, sinon: str) -> str:
    suivant: str = request.GET.get("suivant") or request.POST.get("suivant", "")
    # Un chemin, pas un mot : Django y chercherait le nom d'une page.
    if (
        suivant.startswith("/")
        and not phrase_illisible(suivant)
        and url_has_allowed_host_and_scheme(suivant, {request.get_host()})
    ):
        return suivant
    return sinon
