"""Comparer deux réponses comme le ferait un intrus : tout ce qui se voit, le hasard mis à part."""

import re

from django.http import HttpResponse


def vue_de_l_intrus(reponse: HttpResponse, *, saisi: str) -> tuple:
    """L'état, les en-têtes et le texte ; l'adresse saisie et les jetons CSRF n'apprennent rien."""
    texte = reponse.content.decode()
    texte = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", texte)
    texte = re.sub(r'("X-CSRFToken": ")[^"]+', r"\1", texte).replace(saisi, "…")
    # La longueur suit l'adresse saisie ; « Expires » dit l'heure qu'il est.
    entetes = {n: v for n, v in reponse.headers.items() if n not in ("Content-Length", "Expires")}
    temoins = {
        nom: [(a, bool(v)) for a, v in sorted(t.items()) if a != "expires"]
        for nom, t in sorted(reponse.cookies.items())
    }
    return reponse.status_code, sorted(entetes.items()), temoins, texte
