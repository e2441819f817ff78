from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clients import actions
from clients.enums import NatureClient, SourceNature
from clients.forms import ClientForm, NoteForm, SuspensionForm
from clients.lectures import doublons_probables
from clients.models import Client, Note
from clients.regles import ce_qui_manque
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans


def client_ou_404(request: RequeteHabilitee, pk: int) -> Client:
    client = get_object_or_404(Client.objects.pour(request.creancier).actifs(), pk=pk)
    client.creancier = request.creancier
    return client


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def nouveau(request: RequeteHabilitee) -> HttpResponse:
    form = ClientForm(request.POST or None, creancier=request.creancier)
    if request.method == "POST" and form.is_valid():
        with refus_dans(form):
            client = actions.creer_client(
                request.creancier,
                **form.cleaned_data,
                **_provenance(form.cleaned_data),
                acteur=request.user,
            )
            annoncer(request, f"{client.nom} est créé. Ajoutez qui joindre.")
            return redirect("clients:contacts", request.creancier.code, client.pk)
    return render(
        request, "clients/formulaire.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
@habilite(Role.ASSISTANTE)
def confirmer_adresse(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """La poste s'est trompée, ou la personne vient de la redire : on peut y écrire de nouveau."""
    client = client_ou_404(request, pk)
    actions.marquer_adresse(
        client, invalide_le=None, motif="Adresse confirmée", acteur=request.user
    )
    annoncer(request, "L'adresse postale est confirmée.")
    return redirect(client)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def modifier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    avant = client.nature
    form = ClientForm(request.POST or None, creancier=request.creancier, instance=client)
    if request.method == "POST" and form.is_valid():
        with refus_dans(form):
            champs = form.cleaned_data
            nature = NatureClient(champs["nature"])
            actions.modifier_client(client, **champs | {"nature": avant}, acteur=request.user)
            if nature == avant:
                annoncer(request, "La fiche est à jour.")
                return redirect(client)
            geste = actions.etablir_nature(
                [client], nature=nature, le=timezone.localdate(), acteur=request.user
            )
            annoncer(
                request,
                f"La fiche est à jour : {nature.label.lower()}.",
                annuler=geste.adresse_d_annulation,
            )
            # Cette page dit ce qui était parti sous l'autre nature.
            return redirect("accueil:qualite", request.creancier.code, client.pk)
    enregistre = client_ou_404(request, pk)
    return render(
        request,
        "clients/formulaire.html",
        {
            "form": form,
            "client": enregistre,
            "manques": ce_qui_manque(enregistre) if enregistre.est_a_completer else [],
            "doublons": [
                (d, d.recent if d.ancien.pk == client.pk else d.ancien)
                for d in doublons_probables(request.creancier, client=client)
            ],
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def suspendre(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    au = timezone.localdate()
    initial = {"motif": client.suspendu_motif, "jusqu_au": client.suspendu_jusqu_au}
    form = SuspensionForm(request.POST or None, au=au, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refus_dans(form):
            actions.suspendre(client, le=au, **form.cleaned_data, acteur=request.user)
            annoncer(
                request,
                f"Relances de {client.nom} suspendues.",
                annuler=reverse("clients:reprendre", args=[request.creancier.code, client.pk]),
            )
            return redirect(client)
    return render(
        request,
        "clients/suspendre.html",
        {"form": form, "client": client, "est_suspendu": client.est_suspendu(au=au)},
        status=422 if form.errors else 200,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def reprendre(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    actions.reprendre(client, acteur=request.user)
    annoncer(request, f"Les relances de {client.nom} reprennent.")
    return redirect(client)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def noter(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.noter(client, **form.cleaned_data, acteur=request.user)
        annoncer(request, "La note est écrite.")
        return redirect(client)
    return render(
        request,
        "clients/noter.html",
        {"form": form, "client": client, "a_savoir": _a_savoir(client)},
        status=422 if form.errors else 200,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def ranger_note(request: RequeteHabilitee, pk: int, note: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    trouvee = get_object_or_404(Note.objects.pour(request.creancier), pk=note, client=client)
    trouvee.creancier = request.creancier
    actions.ranger_note(trouvee, acteur=request.user)
    annoncer(request, "La note reste dans le fil, mais n'est plus « à savoir ».")
    return redirect("clients:noter", request.creancier.code, client.pk)


def _provenance(champs: dict[str, Any]) -> dict[str, Any]:
    """D'une nature dite à la création : par qui, quand ; « je ne sais pas » n'en a pas."""
    if champs["nature"] == NatureClient.INCONNUE:
        return {}
    return {"nature_source": SourceNature.PERSONNE, "nature_le": timezone.localdate()}


def _a_savoir(client: Client) -> QuerySet[Note]:
    return client.notes.filter(est_a_savoir=True).select_related("auteur").order_by("-ecrite_le")
