"""Ce que partagent les vues des factures : trouver l'objet, choisir le client."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from clients.models import Client
from factures.models import Encaissement, Facture
from recouvrement.comptes.acces import RequeteHabilitee
from recouvrement.socle.saisies.lisible import entier

PROPOSES = 20


def la_facture(request: RequeteHabilitee, pk: int) -> Facture:
    facture = get_object_or_404(
        Facture.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    facture.creancier = facture.client.creancier = request.creancier
    return facture


def le_client(request: RequeteHabilitee, pk: int) -> Client:
    client = get_object_or_404(Client.objects.pour(request.creancier).actifs(), pk=pk)
    client.creancier = request.creancier
    return client


def l_encaissement(request: RequeteHabilitee, pk: int) -> Encaissement:
    encaissement = get_object_or_404(
        Encaissement.objects.pour(request.creancier).select_related(
            "client", "contre_ecriture", "annule", "avoir", "saisi_par", "geste"
        ),
        pk=pk,
    )
    encaissement.creancier = encaissement.client.creancier = request.creancier
    return encaissement


def client_demande(request: RequeteHabilitee) -> Client | None:
    """Celui que nomme « ?client= », ou rien : il reste à le choisir."""
    pk = entier(request.GET.get("client"))
    return None if pk is None else le_client(request, pk)


def choisir_le_client(request: RequeteHabilitee, *, titre: str) -> HttpResponse:
    texte = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    clients = Client.objects.pour(request.creancier).actifs().order_by("nom_recherche", "pk")
    trouves = clients.cherchant(texte) if texte else clients
    return render(
        request,
        "factures/choisir_client.html",
        {"titre": titre, "texte": texte, "clients": trouves[:PROPOSES], "limite": PROPOSES},
    )
