from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.listes import liste_des_clients
from clients.models import Client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.listes import emporter, montrer


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    peut_ecrire = Role(request.habilitation.role).couvre(Role.ASSISTANTE)
    declaree = liste_des_clients(
        request.creancier, au=timezone.localdate(), peut_ecrire=peut_ecrire
    )
    contexte = {
        "liste": montrer(declaree, request.GET),
        "combien": Client.objects.pour(request.creancier).actifs().count(),
        "peut_ecrire": peut_ecrire,
    }
    return render(request, "clients/liste.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee) -> HttpResponseBase:
    return emporter(request, liste_des_clients(request.creancier, au=timezone.localdate()), "xlsx")
