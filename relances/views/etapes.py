from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.listes import emporter, montrer
from relances.enums import Palier
from relances.listes.etapes import liste_de_l_etape, titre_de


@require_GET
@habilite(Role.LECTURE)
def etape(request: RequeteHabilitee, palier: int) -> HttpResponse:
    """Les factures échues qui en sont là : la ligne du tableau de bord, dépliée."""
    niveau = _niveau(palier)
    declaree = liste_de_l_etape(request.creancier, niveau, au=timezone.localdate())
    contexte = {
        "liste": montrer(declaree, request.GET),
        "niveau": niveau,
        "paliers": [(p.value, titre_de(p)) for p in Palier],
    }
    return render(request, "relances/etape.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, palier: int) -> HttpResponseBase:
    declaree = liste_de_l_etape(request.creancier, _niveau(palier), au=timezone.localdate())
    return emporter(request, declaree, "xlsx")


def _niveau(palier: int) -> Palier:
    try:
        return Palier(palier)
    except ValueError:
        raise Http404 from None
