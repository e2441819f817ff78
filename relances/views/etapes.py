from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.lectures.liste import COLONNES, Totaux, en_ligne, lignes_de, lignes_export
from factures.models import Facture, FactureQuerySet
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.documents.reponses import exportation
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_XLSX, classeur
from relances.enums import Palier
from relances.lectures.paliers import avec_palier

JAMAIS_RELANCEES = "Pas encore relancées"
ORDRE = ("date_echeance", "pk")


@require_GET
@habilite(Role.LECTURE)
def etape(request: RequeteHabilitee, palier: int) -> HttpResponse:
    """Les factures échues qui en sont là : la ligne du tableau de bord, dépliée."""
    au, niveau = timezone.localdate(), _niveau(palier)
    factures = _factures(request.creancier, niveau, au=au)
    page = paginer(
        lignes_de(request.creancier, factures), ordre=ORDRE, apres=request.GET.get("apres")
    )
    contexte = {
        "page": page,
        "lignes": [en_ligne(facture, au=au) for facture in page],
        "totaux": Totaux.de(factures),
        "niveau": niveau,
        "titre": _titre(niveau),
        "paliers": [(p.value, _titre(p)) for p in Palier],
    }
    return render(request, "relances/etape.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, palier: int) -> HttpResponse:
    au, niveau = timezone.localdate(), _niveau(palier)
    factures = _factures(request.creancier, niveau, au=au).order_by(*ORDRE)
    lignes = lignes_export(request.creancier, factures, au=au)
    reponse = HttpResponse(classeur("Factures", COLONNES, lignes), TYPE_XLSX)
    nom = f"etape-{niveau.value}-{request.creancier.code}-{au:%Y-%m-%d}.xlsx"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _niveau(palier: int) -> Palier:
    try:
        return Palier(palier)
    except ValueError:
        raise Http404 from None


def _titre(niveau: Palier) -> str:
    return JAMAIS_RELANCEES if niveau == Palier.A_ECHOIR else niveau.label


def _factures(creancier: Creancier, niveau: Palier, *, au) -> FactureQuerySet:
    echues = Facture.objects.pour(creancier).ouvertes().echues(au=au)
    return avec_palier(echues).filter(palier_atteint=niveau.value)
