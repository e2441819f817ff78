"""Les décisions de justice d'un client : ce qu'elles changent au décompte."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clients.models import Client
from factures.actions.decisions import (
    Dispositif,
    enregistrer_decision,
    noter_suite,
    retirer_decision,
    retirer_suite,
)
from factures.enums import FaitDecision, NatureDecision
from factures.forms.droit import DecisionForm, NonAvenuForm, SuiteForm
from factures.lectures.decisions import decisions_de_justice, distinctes
from factures.models import Decision, SuiteDecision
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
            nature = NatureDecision(choix.pop("nature"))
            dispositif = Dispositif(nature=nature, **choix)
            enregistrer_decision(factures, dispositif, au=timezone.localdate(), acteur=request.user)
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


@require_POST
@habilite(Role.ASSISTANTE)
def suite(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Signification, opposition, appel : notés une fois, tout ce qui en dépend suit."""
    client = le_client(request, pk)
    suivies = distinctes(decisions_de_justice(client))
    form = SuiteForm(request.POST, decisions=suivies)
    if form.is_valid():
        decision = next(d for d in suivies if d.pk == form.cleaned_data["decision"].pk)
        with refus_dans(form):
            notees = noter_suite(
                decision,
                fait=FaitDecision(form.cleaned_data["fait"]),
                le=form.cleaned_data["le"],
                au=timezone.localdate(),
                acteur=request.user,
            )
            annoncer(request, f"{notees[0]} : noté ; délais, intérêts et prescription suivent.")
            return redirect("factures:decisions", request.creancier.code, client.pk)
    return _page(request, client, DecisionForm(client=client), suite=form)


@require_POST
@habilite(Role.ASSISTANTE)
def retirer_la_suite(request: RequeteHabilitee, pk: int) -> HttpResponse:
    notee = get_object_or_404(
        SuiteDecision.objects.pour(request.creancier).select_related("decision__facture"), pk=pk
    )
    notee.creancier = notee.decision.creancier = request.creancier
    client = le_client(request, notee.decision.facture.client_id)
    form = NonAvenuForm(request.POST)
    with refus_a_montrer() as refus:
        motif = form.cleaned_data["motif"] if form.is_valid() else ""
        retirer_suite(notee, motif=motif, acteur=request.user)
        annoncer(request, "La suite est retirée ; elle reste lisible.")
        return redirect("factures:decisions", request.creancier.code, client.pk)
    return _page(request, client, DecisionForm(client=client), refus=refus.phrase)


def _page(
    request: RequeteHabilitee,
    client: Client,
    form: DecisionForm,
    *,
    suite: SuiteForm | None = None,
    refus: str = "",
) -> HttpResponse:
    decisions = decisions_de_justice(client)
    contexte = {
        "client": client,
        "au": timezone.localdate(),
        "form": form,
        "suite": suite or SuiteForm(decisions=distinctes(decisions)),
        "decisions": decisions,
        "refus": refus,
    }
    statut = 422 if refus or form.errors or suite else 200
    return render(request, "factures/decisions.html", contexte, status=statut)
