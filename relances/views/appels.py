from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_annonce
from recouvrement.socle.pages.suivant import page_suivante
from relances.actions.appels import clore_rappel
from relances.actions.promesses import constater_promesse
from relances.models import Appel, Promesse


@require_POST
@habilite(Role.ASSISTANTE)
def clore_le_rappel(request: RequeteHabilitee, pk: int) -> HttpResponse:
    consigne = get_object_or_404(
        Appel.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    geste = clore_rappel(consigne, maintenant=timezone.now(), acteur=request.user)
    annuler = geste.adresse_d_annulation if geste else ""
    annoncer(request, "Plus de rappel prévu pour cet appel.", annuler=annuler)
    return redirect(page_suivante(request, sinon=consigne.client.get_absolute_url()))


@require_POST
@habilite(Role.ASSISTANTE)
def constater(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """« Tenue » ou « non tenue », dit par une personne."""
    promesse = get_object_or_404(
        Promesse.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    if request.POST.get("constat") not in ("tenue", "rompue"):
        raise PermissionDenied
    est_tenue = request.POST["constat"] == "tenue"
    with refus_annonce(request):
        constatee = constater_promesse(
            promesse, est_tenue=est_tenue, le=timezone.localdate(), acteur=request.user
        )
        geste = constatee.close_geste
        annoncer(
            request,
            "Promesse tenue." if est_tenue else "Promesse non tenue : notée au fil.",
            annuler=geste.adresse_d_annulation if geste else "",
        )
    return redirect(page_suivante(request, sinon=promesse.client.get_absolute_url()))
