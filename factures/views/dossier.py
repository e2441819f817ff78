"""Ce qui s'attache à une facture : le litige, les pièces."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from factures.actions import clore_litige, deposer_piece, ouvrir_litige
from factures.forms import ClotureForm, LitigeForm, PieceForm
from factures.models import Litige, Piece
from factures.views.commun import la_facture, le_client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents import fichiers
from recouvrement.documents.reponses import repondre_fichier
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def ouvrir(request: RequeteHabilitee, pk: int) -> HttpResponse:
    facture = la_facture(request, pk)
    form = LitigeForm(request.POST or None, facture=facture)
    if form.is_valid():
        with refus_dans(form):
            le = timezone.localdate()
            litige = ouvrir_litige(facture, le=le, acteur=request.user, **form.cleaned_data)
            annoncer(
                request,
                f"Litige ouvert sur {facture.reference} : ses relances s'arrêtent.",
                annuler=litige.geste.adresse_d_annulation if litige.geste else "",
            )
            return redirect(facture)
    contexte = {"facture": facture, "client": facture.client, "form": form}
    statut = 422 if form.errors else 200
    return render(request, "factures/litige.html", contexte, status=statut)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def clore(request: RequeteHabilitee, pk: int) -> HttpResponse:
    litige = get_object_or_404(
        Litige.objects.pour(request.creancier).select_related("facture__client"), pk=pk
    )
    facture = litige.facture
    litige.creancier = facture.creancier = facture.client.creancier = request.creancier
    form = ClotureForm(request.POST or None)
    if form.is_valid():
        with refus_dans(form):
            le = timezone.localdate()
            clos = clore_litige(litige, le=le, acteur=request.user, **form.cleaned_data)
            annoncer(
                request,
                f"Litige clos sur {facture.reference}.",
                annuler=clos.clos_geste.adresse_d_annulation if clos.clos_geste else "",
            )
            return redirect(facture)
    contexte = {"litige": litige, "facture": facture, "client": facture.client, "form": form}
    statut = 422 if form.errors else 200
    return render(request, "factures/clore_litige.html", contexte, status=statut)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def deposer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = le_client(request, pk)
    form = PieceForm(
        request.POST or None,
        request.FILES or None,
        client=client,
        initial={"facture": request.GET.get("facture", "")},
    )
    if form.is_valid():
        lu = form.cleaned_data
        fichier = lu.pop("fichier")
        with refus_dans(form, "fichier"):
            piece = deposer_piece(
                client,
                nom_fichier=fichier.name,
                octets=fichier.read(),
                type_mime=fichier.content_type or "",
                acteur=request.user,
                **lu,
            )
            annoncer(request, f"« {piece.intitule} » est au dossier.")
            return redirect(piece.facture or client)
    statut = 422 if form.errors else 200
    return render(request, "factures/piece.html", {"client": client, "form": form}, status=statut)


@require_GET
@habilite(Role.LECTURE)
def piece(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Toujours en téléchargement : ce fichier vient d'ailleurs."""
    piece = get_object_or_404(Piece.objects.pour(request.creancier), pk=pk)
    return repondre_fichier(fichiers.lire(piece.empreinte), piece.nom_fichier, piece.type_mime)
