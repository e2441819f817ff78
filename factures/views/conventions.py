"""Taux convenu, base, imputation, renonciations : choisies, motivées, gardées."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.models import Client
from factures.actions.conventions import poser_convention
from factures.forms.convention import CE_CLIENT, ConventionForm
from factures.lectures.conventions import (
    Conventions,
    historique_des_conventions,
)
from factures.lectures.decisions import decisions_de_justice
from factures.models import Facture
from factures.views.commun import le_client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans
from recouvrement.socle.saisies.lisible import entier

REPRIS = (
    *("taux_contractuel", "base_jours", "imputation", "renonce_interets", "renonce_indemnite"),
    *("capitalisation_depuis", "interets_maintenus"),
)


@require_http_methods(["GET", "POST"])
@habilite(Role.LECTURE)
def conventions(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = le_client(request, pk)
    peut_decider = Role(request.habilitation.role).couvre(Role.GESTIONNAIRE)
    if request.method == "POST" and not peut_decider:
        raise PermissionDenied
    initial = {"portee": request.GET.get("facture") or CE_CLIENT} | _en_vigueur(request, client)
    form = ConventionForm(request.POST or None, client=client, initial=initial)
    if form.is_valid():
        with refus_dans(form):
            poser_convention(
                request.creancier, le=timezone.localdate(), acteur=request.user, **form.choix()
            )
            annoncer(request, "La convention est posée ; la précédente reste lisible.")
            return redirect("factures:conventions", request.creancier.code, client.pk)
    contexte = {
        "client": client,
        "form": form,
        "decisions": [
            lue for lue in decisions_de_justice(client) if not lue.decision.retiree_motif
        ],
        "peut_decider": peut_decider,
        "conventions": historique_des_conventions(client),
    }
    return render(
        request, "factures/conventions.html", contexte, status=422 if form.errors else 200
    )


def _en_vigueur(request: RequeteHabilitee, client: Client) -> dict[str, Any]:
    """Le formulaire part de ce qui vaut : ce qu'on ne change pas reste."""
    facture = None
    pk = entier(request.GET.get("facture"))
    if pk is not None:
        facture = Facture.objects.pour(request.creancier).filter(client=client, pk=pk).first()
    convention = Conventions(client).pour(facture)
    if convention is None:
        return {}
    valeurs = {nom: getattr(convention, nom) for nom in REPRIS}
    if facture is not None and convention.facture_id:
        valeurs |= {
            "remise_interets": convention.remise_interets or None,
            "remise_indemnite": convention.remise_indemnite or None,
        }
    return valeurs
