from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.enums import NatureClient
from clients.lectures import ChiffresListe, Criteres, lignes_export, liste_filtree
from clients.lectures.liste import COLONNES, ETATS
from clients.models import Client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_XLSX, classeur


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    au = timezone.localdate()
    criteres = Criteres.lire(request.GET)
    clients = liste_filtree(request.creancier, criteres, au=au)
    page = paginer(clients, ordre=criteres.ordre, apres=request.GET.get("apres"))
    return render(
        request,
        "clients/liste.html",
        {
            "page": page,
            "lignes": [
                (client, client.est_suspendu(au=au), _retard(client, au)) for client in page
            ],
            "criteres": criteres,
            "chiffres": ChiffresListe.de(clients),
            "combien": Client.objects.pour(request.creancier).actifs().count(),
            "etats": ETATS,
            "natures": NatureClient.choices,
            "au": au,
            "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        },
    )


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee) -> HttpResponse:
    """Exactement ce que montre la liste, toutes pages comprises."""
    au = timezone.localdate()
    criteres = Criteres.lire(request.GET)
    clients = liste_filtree(request.creancier, criteres, au=au).order_by(*criteres.ordre, "pk")
    octets = classeur("Clients", COLONNES, lignes_export(clients, au=au))
    nom = f"clients-{request.creancier.code}-{au:%Y-%m-%d}.xlsx"
    return HttpResponse(
        octets,
        content_type=TYPE_XLSX,
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


def _retard(client: Client, au) -> int:
    return (au - client.plus_ancienne).days if client.plus_ancienne else 0
