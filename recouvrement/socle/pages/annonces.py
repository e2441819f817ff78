"""Ce que l'on dit après une action, avec de quoi revenir dessus."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import loader

ANNULER = "annuler:"


def annoncer(request: HttpRequest, texte: str, *, annuler: str = "") -> None:
    """Affiche `texte` dix secondes ; `annuler` est l'adresse à poster pour défaire."""
    messages.success(request, texte, extra_tags=f"{ANNULER}{annuler}" if annuler else "")


def poser(phrase: str, *, statut: int) -> HttpResponse:
    """Pour htmx : une annonce de plus sur la page, qui garde ainsi tout ce qu'elle a."""
    # Sans requête : aucun contexte ne va relire une base peut-être absente.
    texte = loader.get_template("composants/annonce.html").render(
        {"phrase": phrase, "ton": "demeure"}
    )
    return HttpResponse(
        texte,
        status=statut,
        headers={
            "Cache-Control": "no-store, private",
            "HX-Retarget": "#annonces",
            "HX-Reswap": "beforeend",
        },
    )
