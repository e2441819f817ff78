from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, classeur, flux_csv
from relances.lectures.promesses import (
    COLONNES,
    VUES,
    CriteresPromesses,
    TotauxPromesses,
    issue_de,
    lignes_export,
    promesses_filtrees,
)
from relances.models import Promesse


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    au = timezone.localdate()
    criteres = CriteresPromesses.lire(request.GET)
    promesses = _promesses(request, criteres, au=au)
    page = paginer(promesses, ordre=criteres.ordre, apres=request.GET.get("apres"))
    contexte = {
        "page": page,
        "lignes": [(p, issue_de(p), p.est_rompue(au=au)) for p in page],
        "criteres": criteres,
        "totaux": TotauxPromesses.de(promesses),
        "vues": VUES,
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
    }
    return render(request, "relances/promesses.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponse:
    """Exactement ce que montre la liste, toutes pages comprises."""
    au = timezone.localdate()
    criteres = CriteresPromesses.lire(request.GET)
    lignes = lignes_export(_promesses(request, criteres, au=au).order_by(*criteres.ordre))
    match genre:
        case "xlsx":
            reponse = HttpResponse(classeur("Promesses", COLONNES, lignes), TYPE_XLSX)
        case "csv":
            reponse = StreamingHttpResponse(flux_csv(COLONNES, lignes), content_type=TYPE_CSV)
        case _:
            raise Http404
    nom = f"promesses-{request.creancier.code}-{au:%Y-%m-%d}.{genre}"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _promesses(
    request: RequeteHabilitee, criteres: CriteresPromesses, *, au: date
) -> QuerySet[Promesse]:
    return promesses_filtrees(request.creancier, criteres, au=au)
