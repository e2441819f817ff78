"""Le peu que nos vues doivent savoir de htmx."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def est_htmx(request: HttpRequest) -> bool:
    """Vrai si un fragment suffit ; un retour dans l'historique veut la page entière."""
    htmx = HtmxDetails(request)
    return bool(htmx) and not htmx.history_restore_request
