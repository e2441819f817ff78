"""Le peu que nos vues doivent savoir de htmx."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse


def est_htmx(request: HttpRequest) -> bool:
    """Vrai si un fragment suffit ; un retour dans l'historique veut la page entière."""
    entetes = request.headers
    return (
        entetes.get("HX-Request") == "true" and entetes.get("HX-History-Restore-Request") != "true"
    )


def declencher(reponse: HttpResponse, evenement: str, detail: Any = True) -> HttpResponse:
    """Annonce un événement à la page qui reçoit la réponse, sans effacer les précédents."""
    annonces = json.loads(reponse.headers.get("HX-Trigger", "{}"))
    annonces[evenement] = detail
    reponse.headers["HX-Trigger"] = json.dumps(annonces)
    return reponse
