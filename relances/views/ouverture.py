from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.equipe.actions import ouvrir_les_envois, refermer_les_envois
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer
from relances.lectures.liste import a_partir
from relances.lectures.possibles import ecrire_interdit

REFERMER = "refermer"


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def ouverture(request: RequeteHabilitee) -> HttpResponse:
    """La mise en service : ce qui partirait, puis un bouton pour que cela parte."""
    creancier, maintenant, refus = request.creancier, timezone.now(), ""
    if request.method == "POST":
        with refus_a_montrer() as refuse:
            if request.POST.get("geste") == REFERMER:
                refermer_les_envois(creancier, acteur=request.user)
                annoncer(request, "Envois refermés : les courriels prévus attendent.")
            else:
                ouvrir_les_envois(creancier, acteur=request.user, maintenant=maintenant)
                annoncer(request, "Envois ouverts : les courriels prévus partent à leur heure.")
            return redirect("relances:ouverture", creancier=creancier.code)
        refus = refuse.phrase
    contexte = {
        "attente": a_partir(creancier),
        "rien_ne_part": ecrire_interdit(creancier, au=timezone.localdate(maintenant)),
        "refus": refus,
    }
    return render(request, "relances/ouverture.html", contexte, status=422 if refus else 200)
