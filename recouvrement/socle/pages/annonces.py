"""Ce que l'on dit après une action, avec de quoi revenir dessus."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.template import loader

ANNULER = "annuler:"
TONS = {messages.ERROR: "demeure", messages.WARNING: "echu"}


def annoncer(request: HttpRequest, texte: str, *, annuler: str = "") -> None:
    """Affiche `texte` dix secondes ; `annuler` est l'adresse à poster pour défaire."""
    messages.success(request, texte, extra_tags=f"{ANNULER}{annuler}" if annuler else "")


def avertir(request: HttpRequest, texte: str) -> None:
    """Ce qu'il faut relire de ce que l'on vient de faire : reste affiché."""
    messages.warning(request, texte)


def ton_d_annonce(message: Message) -> str:
    """Un refus et un avertissement restent affichés ; le reste s'efface de lui-même."""
    return TONS.get(message.level, "")


def annulation(message: Message) -> str:
    """L'adresse qui défait ce qui vient d'être annoncé, s'il y en a une."""
    etiquettes = message.extra_tags or ""
    return etiquettes.removeprefix(ANNULER) if etiquettes.startswith(ANNULER) else ""


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
