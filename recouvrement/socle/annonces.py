"""Ce que l'on dit après une action, avec de quoi revenir dessus."""

from django.contrib import messages
from django.http import HttpRequest

ANNULER = "annuler:"


def annoncer(request: HttpRequest, texte: str, *, annuler: str = "") -> None:
    """Affiche `texte` dix secondes ; `annuler` est l'adresse à poster pour défaire."""
    messages.success(request, texte, extra_tags=f"{ANNULER}{annuler}" if annuler else "")
