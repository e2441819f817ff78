"""Lire une page comme un navigateur : tout blanc y vaut une espace."""

import re

from django.http import HttpResponse


def lisible(reponse: HttpResponse) -> str:
    """Le HTML de la page, ses blancs réduits : un retour à la ligne ne se voit pas."""
    texte = re.sub(r"\s*\n\s*", " ", reponse.content.decode())
    return re.sub(r"(?<=[\w\"]) >", ">", texte)
