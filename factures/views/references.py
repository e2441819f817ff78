from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from factures.actions.visees import (
    ecarter_la_reference,
    employer_sur_la_visee,
    remplacer_la_visee,
    rouvrir_ce_qui_est_ecarte,
)
from factures.models import ReferenceFacture
from factures.views.commun import la_facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.formats import euros
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_annonce
from recouvrement.socle.saisies.lisible import entier


@require_POST
@habilite(Role.ASSISTANTE)
def trancher(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Ce que devient la facture nommée par un avoir ou une rectificative."""
    source = la_facture(request, pk)
    reference = get_object_or_404(
        ReferenceFacture.objects.pour(request.creancier).filter(facture=source),
        pk=entier(request.POST.get("reference")) or 0,
    )
    reference.creancier, acteur = request.creancier, request.user
    with refus_annonce(request):
        match request.POST.get("choix"):
            case "employer":
                emploi = employer_sur_la_visee(reference, le=timezone.localdate(), acteur=acteur)
                annoncer(request, f"{euros(emploi.montant)} employés sur {reference.numero}.")
            case "remplacer":
                remplacer_la_visee(reference, acteur=acteur)
                annoncer(request, f"{source.numero} remplace {reference.numero}.")
            case "ecarter":
                ecarter_la_reference(reference, acteur=acteur)
                annoncer(request, f"{source.numero} et {reference.numero} valent toutes deux.")
            case "revenir":
                rouvrir_ce_qui_est_ecarte(reference, acteur=acteur)
                annoncer(request, f"{source.numero} et {reference.numero} sont à trancher.")
    return redirect(source)
