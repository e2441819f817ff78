"""Sauvegarde, redressement, liquidation : l'enregistrer, déclarer sa créance."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients.models import Client
from factures.actions.procedures import (
    declarer_creance,
    enregistrer_procedure,
    preparer_declaration,
)
from factures.forms.droit import DeclarationForm, ProcedureForm
from factures.lectures.procedure import EtatDeProcedure, etat_de_procedure
from factures.views.commun import le_client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import repondre_document
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans

CHAMPS = (
    *("nature", "jugement_le", "publication_le", "tribunal"),
    *("representant", "representant_adresse"),
)


@require_http_methods(["GET", "POST"])
@habilite(Role.LECTURE)
def procedure(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Chacun la lit, une alerte y mène ; l'assistante l'enregistre."""
    if request.method == "POST" and not _peut_ecrire(request):
        raise PermissionDenied
    client = le_client(request, pk)
    etat = etat_de_procedure(client)
    initial = _initial(etat)
    if not etat and client.procedure_collective_le:
        initial["jugement_le"] = client.procedure_collective_le
    form = ProcedureForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refus_dans(form):
            enregistrer_procedure(
                client, au=timezone.localdate(), acteur=request.user, **form.cleaned_data
            )
            annoncer(request, "Procédure enregistrée : plus aucune relance amiable ne part.")
            return redirect("factures:procedure", request.creancier.code, client.pk)
    return _page(request, client, etat, form=form)


@require_POST
@habilite(Role.ASSISTANTE)
def preparer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client, etat = _en_procedure(request, pk)
    with refus_a_montrer() as refus:
        preparer_declaration(
            etat.procedure, maintenant=timezone.now(), le=timezone.localdate(), acteur=request.user
        )
        return redirect("factures:declaration", request.creancier.code, client.pk)
    return _page(request, client, etat, refus=refus.phrase)


@require_POST
@habilite(Role.ASSISTANTE)
def declarer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """La déclaration est partie : la date arrête l'alerte."""
    client, etat = _en_procedure(request, pk)
    form = DeclarationForm(request.POST)
    if form.is_valid():
        with refus_dans(form, "le"):
            declarer_creance(
                etat.procedure, au=timezone.localdate(), acteur=request.user, **form.cleaned_data
            )
            annoncer(request, "Déclaration notée.")
            return redirect("factures:procedure", request.creancier.code, client.pk)
    return _page(request, client, etat, declaration=form)


@require_GET
@habilite(Role.LECTURE)
def document(request: RequeteHabilitee, pk: int) -> HttpResponse:
    _, etat = _en_procedure(request, pk)
    if etat.procedure.declaration is None:
        raise Http404
    return repondre_document(etat.procedure.declaration, piece_jointe="telecharger" in request.GET)


def _en_procedure(request: RequeteHabilitee, pk: int) -> tuple[Client, EtatDeProcedure]:
    client = le_client(request, pk)
    etat = etat_de_procedure(client)
    if etat is None:
        raise Http404
    return client, etat


def _initial(etat: EtatDeProcedure | None) -> dict[str, Any]:
    return {nom: getattr(etat.procedure, nom) for nom in CHAMPS} if etat else {}


def _peut_ecrire(request: RequeteHabilitee) -> bool:
    return Role(request.habilitation.role).couvre(Role.ASSISTANTE)


def _page(
    request: RequeteHabilitee,
    client: Client,
    etat: EtatDeProcedure | None,
    *,
    form: ProcedureForm | None = None,
    declaration: DeclarationForm | None = None,
    refus: str = "",
) -> HttpResponse:
    au = timezone.localdate()
    if form is None:
        form = ProcedureForm(initial=_initial(etat))
    contexte = {
        "client": client,
        "etat": etat,
        "peut_ecrire": _peut_ecrire(request),
        "phrase": etat.phrase(au=au) if etat else "",
        "ton": etat.ton(au=au) if etat and not etat.procedure.declaree_le else "",
        "form": form,
        "declaration": declaration or DeclarationForm(initial={"le": au}),
        "refus": refus,
    }
    refuse = refus or form.errors or (declaration is not None and declaration.errors)
    return render(request, "factures/procedure.html", contexte, status=422 if refuse else 200)
