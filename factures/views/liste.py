from collections.abc import Callable

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.lectures.liste import (
    COLONNES,
    ETATS,
    Criteres,
    Totaux,
    client_du_filtre,
    comptes,
    en_ligne,
    factures_filtrees,
    lignes_de,
    lignes_export,
)
from factures.lectures.synthese import TRANCHES
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.montants import ZERO
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, classeur, flux_csv

COMPTES = {"": "ouvertes", "echues": "echues", "a_echoir": "a_echoir", "anciennes": "anciennes"}


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    au, creancier = timezone.localdate(), request.creancier
    criteres = Criteres.lire(request.GET)
    factures = factures_filtrees(creancier, criteres, au=au)
    page = paginer(
        lignes_de(creancier, factures), ordre=criteres.ordre, apres=request.GET.get("apres")
    )
    lignes = [en_ligne(facture, au=au) for facture in page]
    nombres = comptes(creancier, au=au)
    return render(
        request,
        "factures/liste.html",
        {
            "page": page,
            "lignes": lignes,
            "criteres": criteres,
            "client": client_du_filtre(creancier, criteres),
            "totaux": Totaux.de(factures),
            "montant_page": sum((ligne.montant for ligne in lignes), ZERO),
            "solde_page": sum((ligne.solde for ligne in lignes), ZERO),
            "onglets": [
                (cle, libelle, nombres.get(COMPTES.get(cle, ""))) for cle, libelle in ETATS.items()
            ],
            "tranches": TRANCHES,
            "au": au,
            "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        },
    )


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponse:
    """Exactement ce que montre la liste, toutes pages comprises."""
    au, creancier = timezone.localdate(), request.creancier
    criteres = Criteres.lire(request.GET)
    factures = factures_filtrees(creancier, criteres, au=au).order_by(*criteres.ordre, "pk")
    lignes = lignes_export(creancier, factures, au=au)
    ecrire: Callable[[], HttpResponse] = {
        "xlsx": lambda: HttpResponse(classeur("Factures", COLONNES, lignes), TYPE_XLSX),
        "csv": lambda: StreamingHttpResponse(flux_csv(COLONNES, lignes), content_type=TYPE_CSV),
    }.get(genre)
    if ecrire is None:
        raise Http404
    reponse = ecrire()
    nom = f"factures-{creancier.code}-{au:%Y-%m-%d}.{genre}"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
