from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.models import Client
from contentieux.enums import EtatDossier, Voie
from contentieux.models import Dossier
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, classeur, flux_csv

OUVERTS, TOUS = "", "tous"
TRIS = {
    "ouvert": ("ouvert_le", "pk"),
    "-ouvert": ("-ouvert_le", "-pk"),
    "client": ("client__nom_recherche", "pk"),
    "-client": ("-client__nom_recherche", "-pk"),
}
TRI_INITIAL = "-ouvert"
COLONNES = (
    *("Client", "Voie", "Tribunal", "État", "Ouvert le", "Clos le", "Issue"),
    *("Dépensé", "Reste dû"),
)


@dataclass(frozen=True, slots=True)
class Criteres:
    etat: str = OUVERTS
    voie: str = ""
    texte: str = ""
    tri: str = TRI_INITIAL

    @classmethod
    def lire(cls, requete: QueryDict) -> "Criteres":
        etat, voie = requete.get("etat", ""), requete.get("voie", "")
        tri = requete.get("tri", TRI_INITIAL)
        return cls(
            etat=etat if etat in (TOUS, *EtatDossier.values) else OUVERTS,
            voie=voie if voie in Voie.values else "",
            texte=requete.get("q", "").replace("\x00", "").strip()[:100],
            tri=tri if tri in TRIS else TRI_INITIAL,
        )

    @property
    def ordre(self) -> tuple[str, ...]:
        return TRIS[self.tri]

    @property
    def est_filtree(self) -> bool:
        return bool(self.voie or self.texte)


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    criteres = Criteres.lire(request.GET)
    dossiers = _dossiers(request, criteres)
    sommes = dossiers.order_by().aggregate(
        nombre=Count("pk"), somme_depense=Sum("depense"), somme_du=Sum("du")
    )
    contexte = {
        "page": paginer(dossiers, ordre=criteres.ordre, apres=request.GET.get("apres")),
        "criteres": criteres,
        "totaux": {
            "nombre": sommes["nombre"],
            "depense": arrondir(sommes["somme_depense"] or ZERO),
            "du": arrondir(sommes["somme_du"] or ZERO),
        },
        "onglets": [(OUVERTS, "Ouverts"), *EtatDossier.choices, (TOUS, "Tous")],
        "voies": Voie.choices,
    }
    return render(request, "contentieux/liste.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponse:
    """Exactement ce que montre la liste, toutes pages comprises."""
    criteres = Criteres.lire(request.GET)
    lignes = (
        (
            *(d.client.nom, d.get_voie_display(), d.tribunal, d.get_etat_display()),
            *(d.ouvert_le, d.clos_le, d.get_issue_display()),
            *(d.depense or ZERO, d.du or ZERO),
        )
        for d in _dossiers(request, criteres).order_by(*criteres.ordre)
    )
    match genre:
        case "xlsx":
            reponse = HttpResponse(classeur("Contentieux", COLONNES, lignes), TYPE_XLSX)
        case "csv":
            reponse = StreamingHttpResponse(flux_csv(COLONNES, lignes), content_type=TYPE_CSV)
        case _:
            raise Http404
    nom = f"contentieux-{request.creancier.code}-{timezone.localdate():%Y-%m-%d}.{genre}"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _dossiers(request: RequeteHabilitee, criteres: Criteres) -> QuerySet[Dossier]:
    dossiers = Dossier.objects.pour(request.creancier).select_related("client")
    if criteres.etat == OUVERTS:
        dossiers = dossiers.ouverts()
    elif criteres.etat != TOUS:
        dossiers = dossiers.filter(etat=criteres.etat)
    if criteres.voie:
        dossiers = dossiers.filter(voie=criteres.voie)
    if criteres.texte:
        clients = Client.objects.pour(request.creancier).cherchant(criteres.texte)
        dossiers = dossiers.filter(client__in=clients.values("pk"))
    return dossiers.en_chiffres()
