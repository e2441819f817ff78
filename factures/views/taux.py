"""Les taux de l'instance : ce que la table sait, ce qui lui manque."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from factures.actions.taux import saisir_taux
from factures.forms.taux import TauxForm
from factures.lectures.taux import table_en_vigueur, taux_manquants
from factures.listes.taux import TABLEAU_DES_TAUX
from recouvrement.comptes.acces import RequeteConnectee, administre
from recouvrement.socle.listes import montrer_tableau
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans


@require_http_methods(["GET", "POST"])
@administre
def taux(request: RequeteConnectee) -> HttpResponse:
    aujourdhui = timezone.localdate()
    manque = taux_manquants(au=aujourdhui)
    initial = {"effet": manque.debut} if manque else {}
    form = TauxForm(request.POST or None, initial=initial)
    if form.is_valid():
        lu = dict(form.cleaned_data)
        with refus_dans(form):
            saisi = saisir_taux(lu.pop("serie"), acteur=request.user, **lu)
            annoncer(request, f"{saisi} : enregistré, les décomptes le suivent.")
            return redirect("accueil:taux")
    lignes = sorted(table_en_vigueur(), key=lambda ligne: (ligne.effet, ligne.serie), reverse=True)
    contexte = {
        "form": form,
        "lignes": lignes,
        "tableau": montrer_tableau(TABLEAU_DES_TAUX, lignes),
        "manque": manque,
    }
    return render(request, "factures/taux.html", contexte, status=422 if form.errors else 200)
