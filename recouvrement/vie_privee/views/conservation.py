"""Ce qui se garde et combien de temps, ce que la nuit effacera, et le registre qui le dit."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from recouvrement.comptes.acces import RequeteConnectee, RequeteHabilitee, administre, habilite
from recouvrement.comptes.enums import Role
from recouvrement.equipe.views.creanciers import rendre
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans
from recouvrement.vie_privee.actions.durees import changer_les_durees
from recouvrement.vie_privee.forms import DureesForm
from recouvrement.vie_privee.lectures.durees import durees_de
from recouvrement.vie_privee.lectures.registre import registre_de_l_instance, registre_du_creancier
from recouvrement.vie_privee.models import Purge
from recouvrement.vie_privee.nuit import apercu_de_la_nuit

NUITS = 7


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def conservation(request: RequeteHabilitee) -> HttpResponse:
    creancier = request.creancier
    form = DureesForm(request.POST or None, initial=durees_de(creancier))
    if request.method == "POST" and form.is_valid():
        with refus_dans(form):
            changer_les_durees(creancier, mois=form.cleaned_data, acteur=request.user)
            annoncer(request, "Les durées de conservation sont à jour.")
            return redirect("vie_privee:conservation", creancier.code)
    return rendre(
        request,
        "vie_privee/conservation.html",
        {
            "form": form,
            "nuit": apercu_de_la_nuit(creancier, maintenant=timezone.now()),
            "purges": Purge.objects.pour(creancier).order_by("-nuit")[:NUITS],
        },
        vue="vie_privee:conservation",
        status=422 if form.errors else 200,
    )


@require_GET
@habilite(Role.GESTIONNAIRE)
def registre(request: RequeteHabilitee) -> HttpResponse:
    return rendre(
        request,
        "vie_privee/registre.html",
        {"registre": registre_du_creancier(request.creancier), "le": timezone.localdate()},
        vue="vie_privee:conservation",
    )


@require_GET
@administre
def de_l_instance(request: RequeteConnectee) -> HttpResponse:
    purges = Purge.objects.systeme().select_related("creancier").order_by("-nuit", "creancier")
    contexte = {
        "registre": registre_de_l_instance(),
        "le": timezone.localdate(),
        "nuit": apercu_de_la_nuit(None, maintenant=timezone.now()),
        "purges": purges.filter(creancier=None)[:NUITS],
        "echecs": purges.exclude(echec="").exclude(creancier=None)[:NUITS],
    }
    return render(request, "vie_privee/instance.html", contexte)
