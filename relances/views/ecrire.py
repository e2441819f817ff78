from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.models import Client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.refus import refus_dans
from relances.actions.courriers import ecrire_hors_scenario
from relances.enums import Canal
from relances.forms.courrier import CourrielForm
from relances.lectures.faits import adresses

SUJET = "Vos factures : {{ numero }} ({{ client }})"
TEXTE = """Bonjour{{#si contact}} {{ contact }}{{/si}},



{{ factures }}

{{ accessoires }}

{{ paiement }}

{{ signature }}
"""


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def ecrire(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Un courriel hors scénario : écrit ici, relu exactement à la page suivante, puis validé."""
    client = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    client.creancier = request.creancier
    form = CourrielForm(
        request.POST or None,
        client=client,
        au=timezone.localdate(),
        initial={"sujet": SUJET, "texte": TEXTE},
    )
    if form.is_valid():
        connues = adresses(request.creancier, clients=[client.pk])
        with refus_dans(form):
            relance = ecrire_hors_scenario(
                client,
                canal=Canal.COURRIEL,
                factures=list(form.cleaned_data["factures"]),
                sujet=form.cleaned_data["sujet"],
                texte=form.cleaned_data["texte"],
                le=timezone.localdate(),
                acteur=request.user,
                destinataire=connues.get(client.pk, ""),
            )
            return redirect("relances:relance", creancier=request.creancier.code, pk=relance.pk)
    return render(
        request,
        "relances/ecrire.html",
        {"client": client, "form": form},
        status=422 if form.errors else 200,
    )
