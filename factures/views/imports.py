from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from factures.actions.importation import abandonner_import
from factures.enums import EtatImport, SortLigne
from factures.forms import ColonnesForm, ImportForm
from factures.imports.depot import preparer_import, relire_import, valider_import
from factures.imports.entetes import LIBELLES
from factures.lectures.importation import (
    COLONNES,
    COLONNES_RAPPORT,
    bilan,
    derniers_imports,
    en_vue,
    lignes_a_montrer,
    lignes_du_rapport,
)
from factures.models import Importation
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.annonces import annoncer
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pagination import paginer
from recouvrement.socle.tableur_ecriture import TYPE_XLSX, classeur
from recouvrement.socle.templatetags.formats import pluriel


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def importer(request: RequeteHabilitee) -> HttpResponse:
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        fichiers = ((fichier.name, fichier.read()) for fichier in form.cleaned_data["fichiers"])
        try:
            importation = preparer_import(
                request.creancier,
                fichiers,
                acteur=request.user,
                maintenant=timezone.now(),
                rang_entree=form.cleaned_data["rang_entree"],
            )
        except ErreurMetier as erreur:
            form.add_error("fichiers", erreur.message)
        else:
            return redirect("factures:import", request.creancier.code, importation.pk)
    contexte = {"form": form, "derniers": derniers_imports(request.creancier)}
    statut = 422 if form.errors else 200
    return render(request, "factures/importer.html", contexte, status=statut)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def apercu(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Les colonnes corrigées relisent les mêmes octets ; rien n'est encore enregistré."""
    importation = _importation(request, pk)
    form = ColonnesForm(
        request.POST or None,
        feuilles=importation.correspondance.get("feuilles", []),
        libelles=LIBELLES,
        initial={"rang_entree": importation.options.get("rang_entree", 0)},
    )
    if form.is_valid():
        try:
            relire_import(
                importation,
                correspondance=form.correspondance,
                rang_entree=form.cleaned_data["rang_entree"],
            )
        except ErreurMetier as erreur:
            form.add_error(None, erreur.message)
        else:
            return redirect("factures:import", request.creancier.code, pk)
    sort = request.GET.get("sort", "")
    page = paginer(
        lignes_a_montrer(importation, sort), ordre=["rang"], apres=request.GET.get("apres")
    )
    contexte = {
        "importation": importation,
        "est_apercu": importation.etat == EtatImport.APERCU,
        "bilan": bilan(importation),
        "sort": sort,
        "page": page,
        "lignes": [en_vue(ligne, fichier_unique=len(importation.fichiers) == 1) for ligne in page],
        "colonnes": COLONNES,
        "sorts": SortLigne,
        "form": form,
    }
    statut = 422 if form.errors else 200
    return render(request, "factures/import.html", contexte, status=statut)


@require_POST
@habilite(Role.ASSISTANTE)
def valider(request: RequeteHabilitee, pk: int) -> HttpResponse:
    importation = _importation(request, pk)
    try:
        valider_import(importation, acteur=request.user, maintenant=timezone.now())
    except ErreurMetier as erreur:
        messages.error(request, erreur.message)
    else:
        comptes = bilan(importation)
        annoncer(
            request,
            f"{pluriel(comptes.creees, 'facture créée')}, "
            f"{comptes.mises_a_jour} mise{'s' if comptes.mises_a_jour > 1 else ''} à jour.",
        )
    return redirect("factures:import", request.creancier.code, pk)


@require_POST
@habilite(Role.ASSISTANTE)
def abandonner(request: RequeteHabilitee, pk: int) -> HttpResponse:
    try:
        abandonner_import(_importation(request, pk), acteur=request.user)
    except ErreurMetier as erreur:
        messages.error(request, erreur.message)
    else:
        annoncer(request, "Import abandonné : rien n'a été enregistré.")
    return redirect("factures:importer", request.creancier.code)


@require_GET
@habilite(Role.ASSISTANTE)
def rapport(request: RequeteHabilitee, pk: int) -> HttpResponse:
    importation = _importation(request, pk)
    octets = classeur("Import", COLONNES_RAPPORT, lignes_du_rapport(importation))
    reponse = HttpResponse(octets, TYPE_XLSX)
    reponse["Content-Disposition"] = f'attachment; filename="import-{importation.pk}.xlsx"'
    return reponse


def _importation(request: RequeteHabilitee, pk: int) -> Importation:
    importation = get_object_or_404(Importation.objects.pour(request.creancier), pk=pk)
    importation.creancier = request.creancier
    return importation
