from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recouvrement.accueil.actions import EFFETS, annuler_geste
from recouvrement.accueil.lectures.geste import fiche_geste, reglement_a_motiver
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_annonce
from recouvrement.socle.pages.suivant import page_suivante

# Qui ne peut pas le faire ne peut pas non plus l'annuler.
DU_GESTIONNAIRE = frozenset({Genre.ETAPE})


@require_GET
@habilite(Role.LECTURE)
def geste(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Ce qu'il a écrit, et « Annuler » ou pourquoi pas."""
    trouve = _geste(request, pk)
    contexte = {
        "fiche": fiche_geste(trouve, EFFETS, acteur=request.user, maintenant=timezone.now()),
        "peut_annuler": _peut_annuler(request, trouve),
        "suivant": page_suivante(request, sinon=""),
    }
    return render(request, "accueil/geste.html", contexte)


@require_POST
@habilite(Role.ASSISTANTE)
def annuler(request: RequeteHabilitee, pk: int) -> HttpResponse:
    trouve = _geste(request, pk)
    if not _peut_annuler(request, trouve):
        raise PermissionDenied
    with refus_annonce(request) as refus:
        annuler_geste(trouve, acteur=request.user, maintenant=timezone.now())
        annoncer(request, f"Annulé : {trouve.get_genre_display().lower()}.")
    if refus.phrase and (reglement := reglement_a_motiver(trouve)):
        return redirect("factures:annuler_reglement", request.creancier.code, reglement)
    return redirect(page_suivante(request, sinon=trouve.get_absolute_url()))


def _geste(request: RequeteHabilitee, pk: int) -> Geste:
    gestes = Geste.objects.pour(request.creancier).select_related("auteur")
    trouve: Geste = get_object_or_404(gestes, pk=pk)
    trouve.creancier = request.creancier
    return trouve


def _peut_annuler(request: RequeteHabilitee, trouve: Geste) -> bool:
    exige = Role.GESTIONNAIRE if trouve.genre in DU_GESTIONNAIRE else Role.ASSISTANTE
    return Role(request.habilitation.role).couvre(exige)
