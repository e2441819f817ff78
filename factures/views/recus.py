from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.enums import Moyen
from factures.lectures.reglements import (
    COLONNES,
    VUES,
    CriteresReglements,
    TotauxReglements,
    lignes_de_reglement,
    lignes_export,
    reglements_filtres,
)
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, classeur, flux_csv


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    criteres = CriteresReglements.lire(request.GET)
    reglements = reglements_filtres(request.creancier, criteres)
    page = paginer(
        lignes_de_reglement(request.creancier, reglements),
        ordre=criteres.ordre,
        apres=request.GET.get("apres"),
    )
    return render(
        request,
        "factures/reglements.html",
        {
            "page": page,
            "criteres": criteres,
            "totaux": TotauxReglements.de(reglements),
            "vues": VUES,
            "moyens": Moyen.choices,
            "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        },
    )


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponse:
    """Exactement ce que montre la liste, toutes pages comprises."""
    criteres = CriteresReglements.lire(request.GET)
    reglements = reglements_filtres(request.creancier, criteres).order_by(*criteres.ordre, "pk")
    lignes = lignes_export(request.creancier, reglements)
    match genre:
        case "xlsx":
            reponse = HttpResponse(classeur("Règlements", COLONNES, lignes), TYPE_XLSX)
        case "csv":
            reponse = StreamingHttpResponse(flux_csv(COLONNES, lignes), content_type=TYPE_CSV)
        case _:
            raise Http404
    nom = f"reglements-{request.creancier.code}-{timezone.localdate():%Y-%m-%d}.{genre}"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
