from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.lectures.echeances import echeances_legales
from recouvrement.accueil.lectures.journee import clients_a_completer, creanciers_de, ma_journee
from recouvrement.accueil.lectures.tableau import TableauDeBord, tableau_de_bord
from recouvrement.comptes.acces import RequeteHabilitee, connecte, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.socle.tableur_ecriture import classeur


@require_GET
@connecte
def tableau(request: HttpRequest) -> HttpResponse:
    return _tableau(request, creanciers_de(request.user), code="")


@require_GET
@habilite(Role.LECTURE)
def tableau_creancier(request: RequeteHabilitee) -> HttpResponse:
    return _tableau(request, [request.creancier], code=request.creancier.code)


def _tableau(request: HttpRequest, creanciers: list[Creancier], *, code: str) -> HttpResponse:
    aujourdhui = timezone.localdate()
    bord = tableau_de_bord(creanciers, au=aujourdhui)
    if request.GET.get("format") == "xlsx":
        return _en_xlsx(bord)
    decisions = ma_journee(creanciers, maintenant=timezone.now(), canal="decisions")
    return render(
        request,
        "accueil/tableau.html",
        {
            "bord": bord,
            "aujourdhui": aujourdhui,
            "code": code,
            "decisions": decisions,
            "echeances": echeances_legales(creanciers, au=aujourdhui),
            "creanciers": creanciers,
            "a_completer": clients_a_completer(creanciers),
        },
    )


def _en_xlsx(bord: TableauDeBord) -> HttpResponse:
    """La balance âgée et les plus gros débiteurs, tels qu'à l'écran."""
    lignes = [(t.libelle, t.nombre, t.total) for t in bord.tranches]
    lignes.append(("Encours", bord.nombre, bord.encours))
    lignes += [(d.client.nom, d.nombre, d.echu) for d in bord.debiteurs]
    octets = classeur("Tableau de bord", ["Ligne", "Nombre", "Montant (€)"], lignes)
    reponse = HttpResponse(
        octets,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    reponse["Content-Disposition"] = 'attachment; filename="tableau-de-bord.xlsx"'
    return reponse
