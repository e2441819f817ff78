from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.actions import etablir_nature
from clients.enums import NatureClient
from clients.views.fiche import client_ou_404
from recouvrement.accueil.forms import NatureForm, NaturesForm
from recouvrement.accueil.lectures.qualite import deja_parti, reponses, tous_a_etablir
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.formats import pluriel
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def qualite(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Ce que chaque réponse change, ce qui est déjà parti sous une autre, et la réponse."""
    client = client_ou_404(request, pk)
    au = timezone.localdate()
    choix = reponses(client, au=au)
    form = NatureForm(request.POST if request.method == "POST" else None, reponses=choix)
    if form.is_valid():
        with refus_dans(form):
            nature = NatureClient(form.cleaned_data["nature"])
            geste = etablir_nature([client], nature=nature, le=au, acteur=request.user)
            annoncer(
                request,
                f"{client.nom} : {nature.label.lower()}. Le décompte a suivi.",
                annuler=geste.adresse_d_annulation,
            )
            # La même page dit alors ce qui était parti sous l'ancienne.
            return redirect("accueil:qualite", request.creancier.code, client.pk)
    partis = deja_parti(client)
    return render(
        request,
        "accueil/qualite.html",
        {
            "client": client,
            "form": form,
            "reponses": choix,
            "partis": partis,
            "autres": [parti for parti in partis if parti.est_autre],
            "au": au,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def qualites(request: RequeteHabilitee) -> HttpResponse:
    """La même réponse pour plusieurs débiteurs, nés d'un import par exemple."""
    au = timezone.localdate()
    lignes = tous_a_etablir(request.creancier, au=au)
    form = NaturesForm(request.POST if request.method == "POST" else None, lignes=lignes)
    if form.is_valid():
        with refus_dans(form):
            nature = NatureClient(form.cleaned_data["nature"])
            choisis = form.clients
            geste = etablir_nature(choisis, nature=nature, le=au, acteur=request.user)
            annoncer(
                request,
                f"{pluriel(len(choisis), 'débiteur')} : {nature.label.lower()}.",
                annuler=geste.adresse_d_annulation,
            )
            return redirect("accueil:qualites", request.creancier.code)
    return render(
        request,
        "accueil/qualites.html",
        {"form": form, "lignes": lignes},
        status=422 if form.errors else 200,
    )
