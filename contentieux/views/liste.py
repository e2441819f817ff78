from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from contentieux.listes import liste_des_dossiers
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.listes import emporter, montrer


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    declaree = liste_des_dossiers(request.creancier, au=timezone.localdate())
    return render(request, "contentieux/liste.html", {"liste": montrer(declaree, request.GET)})


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponseBase:
    declaree = liste_des_dossiers(request.creancier, au=timezone.localdate())
    return emporter(request, declaree, genre)
