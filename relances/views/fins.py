from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from clients.models import Client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_annonce
from recouvrement.socle.pages.suivant import page_suivante
from relances.actions.fins import decider_des_fins


@require_POST
@habilite(Role.ASSISTANTE)
def decidee(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Ce qu'on fera ensuite est décidé : la tâche se retire, les factures restent dues."""
    client = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    client.creancier = request.creancier
    with refus_annonce(request):
        decider_des_fins(client, acteur=request.user)
        annoncer(request, f"{client} : la suite est décidée.")
    return redirect(page_suivante(request, sinon=client.get_absolute_url()))
