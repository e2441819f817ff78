import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from recouvrement.equipe.lectures.sante import ce_qui_empeche

traces = logging.getLogger("recouvrement.sante")
TEXTE = "text/plain; charset=utf-8"


@require_safe
def vivant(request: HttpRequest) -> HttpResponse:
    return HttpResponse("vivant\n", content_type=TEXTE)


@require_safe
def pret(request: HttpRequest) -> HttpResponse:
    """Oui ou non ; la raison n'est que dans les traces."""
    empechements = ce_qui_empeche(maintenant=timezone.now())
    for phrase in empechements:
        traces.warning("Pas prêt : %s", phrase)
    if empechements:
        return HttpResponse("pas prêt\n", content_type=TEXTE, status=503)
    return HttpResponse("prêt\n", content_type=TEXTE)
