from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.lectures.liste import client_designe
from factures.listes.factures import liste_des_factures
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.listes import emporter, montrer


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    creancier, au = request.creancier, timezone.localdate()
    peut_ecrire = Role(request.habilitation.role).couvre(Role.ASSISTANTE)
    client = client_designe(creancier, request.GET.get("client"))
    declaree = liste_des_factures(creancier, au=au, peut_ecrire=peut_ecrire, client=client)
    contexte = {
        "liste": montrer(declaree, request.GET),
        "client": client,
        "peut_ecrire": peut_ecrire,
    }
    return render(request, "factures/liste.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponseBase:
    return emporter(request, liste_des_factures(request.creancier, au=timezone.localdate()), genre)
