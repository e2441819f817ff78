"""Les décisions de justice d'un client : ce qu'elles changent au décompte."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clients.models import Client
from factures.actions.decisions import enregistrer_decision, retirer_decision
from factures.forms.droit import DecisionForm, NonAvenuForm
from factures.lectures.conventions import decisions_de_justice
from factures.models import Decision
from factures.views.commun import le_client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def decisions(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = le_client(request, pk)
    initial = {"factures": request.GET.getlist("facture")}
    form = DecisionForm(request.POST or None, client=client, initial=initial)
    if form.is_valid():
        choix = dict(form.cleaned_data)
        factures = list(choix.pop("factures"))
        for facture in factures:
            facture.creancier, facture.client = request.creancier, client
        with refus_dans(form):
            enregistrer_decision(factures, au=timezone.localdate(), acteur=request.user, **choix)
            annoncer(request, "La décision est enregistrée : le décompte la suit.")
            return redirect("factures:decisions", request.creancier.code, client.pk)
    return _page(request, client, form)


@require_POST
@habilite(Role.ASSISTANTE)
def retirer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Infirmée ou saisie par erreur : elle reste lisible."""
    decision = get_object_or_404(
        Decision.objects.pour(request.creancier).select_related("facture"), pk=pk
    )
    decision.creancier = request.creancier
    client = le_client(request, decision.facture.client_id)
    form = NonAvenuForm(request.POST)
    with refus_a_montrer() as refus:
        motif = form.cleaned_data["motif"] if form.is_valid() else ""
        retirer_decision(decision, motif=motif, acteur=request.user)
        annoncer(request, "La décision est retirée ; elle reste lisible.")
        return redirect("factures:decisions", request.creancier.code, client.pk)
    return _page(request, client, DecisionForm(client=client), refus=refus.phrase)


def _page(
    request: RequeteHabilitee, client: Client, form: DecisionForm, *, refus: str = ""
) -> HttpResponse:
    contexte = {
        "client": client,
        "form": form,
        "decisions": decisions_de_justice(client),
        "refus": refus,
    }
    statut = 422 if refus or form.errors else 200
    return render(request, "factures/decisions.html", contexte, status=statut)
