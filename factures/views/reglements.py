from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clients.models import Client
from factures.actions import annuler_encaissement, encaisser, imputer, utiliser_avoir
from factures.forms import AnnulationForm, AvoirForm, ReglementForm
from factures.models import Encaissement, Facture
from factures.views.commun import (
    choisir_le_client,
    client_demande,
    l_encaissement,
    la_facture,
)
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.formats import euros
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_annonce, refus_dans

DERNIERS = 10


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def reglement(request: RequeteHabilitee) -> HttpResponse:
    client, au = client_demande(request), timezone.localdate()
    if client is None:
        return choisir_le_client(request, titre="Enregistrer un règlement")
    visee = request.GET.get("facture", "")
    form = ReglementForm(request.POST or None, client=client, au=au, facture=visee)
    if form.is_valid():
        with refus_dans(form):
            encaissement = encaisser(client, acteur=request.user, **form.arguments)
            geste = encaissement.geste
            annuler = geste.adresse_d_annulation if geste else ""
            annoncer(request, _dire(encaissement), annuler=annuler)
            return redirect(client)
    contexte = {
        "client": client,
        "form": form,
        "au": au,
        "derniers": Encaissement.objects.pour(request.creancier)
        .filter(client=client, annule=None)
        .select_related("contre_ecriture")
        .order_by("-recu_le", "-pk")[:DERNIERS],
        "avoirs": Facture.objects.pour(request.creancier)
        .avoirs()
        .filter(client=client, solde__gt=0)
        .order_by("date_emission", "pk"),
    }
    statut = 422 if form.errors else 200
    return render(request, "factures/reglement.html", contexte, status=statut)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def annuler(request: RequeteHabilitee, pk: int) -> HttpResponse:
    encaissement, au = l_encaissement(request, pk), timezone.localdate()
    form = AnnulationForm(request.POST or None, au=au)
    if form.is_valid():
        with refus_dans(form):
            annuler_encaissement(encaissement, acteur=request.user, **form.cleaned_data)
            annoncer(request, f"{encaissement} annulé : ses factures sont de nouveau dues.")
            return redirect(encaissement.client)
    contexte = {
        "encaissement": encaissement,
        "client": encaissement.client,
        "imputations": encaissement.imputations.select_related("facture").order_by("pk"),
        "contre_ecriture": encaissement.annulation,
        "form": form,
    }
    statut = 422 if form.errors else 200
    return render(request, "factures/annuler_reglement.html", contexte, status=statut)


@require_POST
@habilite(Role.ASSISTANTE)
def imputer_le_disponible(request: RequeteHabilitee, pk: int) -> HttpResponse:
    encaissement = l_encaissement(request, pk)
    with refus_annonce(request):
        relu = imputer(encaissement, acteur=request.user)
        annoncer(request, _imputation(relu))
    return redirect(encaissement.client)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def avoir(request: RequeteHabilitee, pk: int) -> HttpResponse:
    avoir, au = la_facture(request, pk), timezone.localdate()
    get_object_or_404(Facture.objects.pour(request.creancier).avoirs(), pk=pk)
    form = AvoirForm(request.POST or None, avoir=avoir, factures=_ouvertes(avoir.client), au=au)
    if form.is_valid():
        with refus_dans(form):
            utiliser_avoir(
                avoir,
                imputations=form.parts,
                le=form.cleaned_data["le"],
                acteur=request.user,
                cle_saisie=form.cleaned_data["cle_saisie"],
            )
            annoncer(request, f"{avoir} utilisé.")
            return redirect(avoir)
    contexte = {"avoir": avoir, "client": avoir.client, "form": form, "au": au}
    statut = 422 if form.errors else 200
    return render(request, "factures/avoir.html", contexte, status=statut)


def _ouvertes(client: Client) -> list[Facture]:
    ouvertes = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
    return list(ouvertes.order_by("date_echeance", "pk"))


def _imputation(encaissement: Encaissement) -> str:
    if encaissement.disponible:
        return f"Imputé ; {euros(encaissement.disponible)} restent disponibles."
    return "Imputé en entier."


def _dire(encaissement: Encaissement) -> str:
    phrase = f"Règlement de {euros(encaissement.montant)} enregistré."
    if encaissement.disponible:
        phrase += f" {euros(encaissement.disponible)} restent disponibles."
    return phrase
