from collections import Counter

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.montants import ZERO
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, classeur, flux_csv
from relances.actions.planification import planifier
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.lectures.liste import (
    COLONNES,
    ECARTEES,
    TONS,
    VUES,
    CriteresRelances,
    TotauxRelances,
    comptes_par_vue,
    lignes_export,
    phrase_des_factures,
    relances_filtrees,
)
from relances.lectures.possibles import ecrire_interdit, quota_atteint
from relances.models import Relance

ECARTEES_MONTREES = 200
RETENIR = ("retenir", "Retenir")
GESTES = {
    "prevues": (RETENIR,),
    "a_valider": (("valider", "Valider"), ("reporter", "Reporter"), RETENIR),
    "a_faire": (("preparer", "Préparer les lettres"), ("reporter", "Reporter"), RETENIR),
}


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    criteres = CriteresRelances.lire(request.GET)
    if criteres.vue == ECARTEES:
        return _ecartees(request, criteres)
    filtrees = relances_filtrees(request.creancier, criteres)
    page = paginer(
        filtrees,
        ordre=criteres.ordre,
        apres=request.GET.get("apres"),
    )
    lignes = [
        {
            "relance": relance,
            "factures": phrase_des_factures(relance),
            "ton": TONS.get(relance.etat, ""),
        }
        for relance in page
    ]
    total = sum((r.montant or ZERO for r in page), ZERO)
    contexte = _cadre(request, criteres) | {
        "page": page,
        "lignes": lignes,
        "total": total,
        "totaux": TotauxRelances.de(filtrees),
        "gestes": GESTES.get(criteres.vue, ()),
    }
    return render(request, "relances/liste.html", contexte)


def _ecartees(request: RequeteHabilitee, criteres: CriteresRelances) -> HttpResponse:
    """Ce que le prochain battement ne prévoira pas, et pourquoi : la même fonction que lui."""
    creancier, maintenant = request.creancier, timezone.now()
    bilan = planifier(creancier, au=timezone.localdate(), maintenant=maintenant, a_blanc=True)
    raison = request.GET.get("raison", "")
    toutes = [e for e in bilan.ecartees if e.blocages]
    raisons = Counter(e.blocages[0].code for e in toutes)
    if raison in CodeBlocage.values:
        toutes = [e for e in toutes if e.blocages[0].code == raison]
    else:
        # « Pas encore due » n'est pas un empêchement : c'est le calendrier.
        toutes = [e for e in toutes if e.blocages[0].code != CodeBlocage.PAS_ENCORE]
    toutes.sort(key=lambda e: (-e.solde, e.facture))
    montrees = toutes[:ECARTEES_MONTREES]
    clients = Client.objects.pour(creancier).in_bulk({e.client for e in montrees})
    factures = Facture.objects.pour(creancier).in_bulk([e.facture for e in montrees])
    lignes = [
        {
            "client": clients[e.client],
            "facture": factures[e.facture],
            "raisons": " ; ".join(b.phrase for b in e.blocages),
        }
        for e in montrees
    ]
    contexte = _cadre(request, criteres) | {
        "lignes": lignes,
        "nombre": len(toutes),
        "raison": raison,
        "raisons": [(c.value, c.label, n) for c, n in raisons.most_common()],
        "total": sum((e.solde for e in toutes), ZERO),
    }
    return render(request, "relances/ecartees.html", contexte)


def _cadre(request: RequeteHabilitee, criteres: CriteresRelances) -> dict:
    nombres = comptes_par_vue(request.creancier)
    onglets = [(cle, libelle, nombres.get(cle)) for cle, (libelle, _) in VUES.items()]
    return {
        "criteres": criteres,
        "onglets": [*onglets, (ECARTEES, "Écartées", None)],
        "canaux": Canal.choices,
        "a_valider": nombres["a_valider"],
        "rien_ne_part": ecrire_interdit(request.creancier, au=timezone.localdate()),
        "quota_atteint": quota_atteint(request.creancier, maintenant=timezone.now()),
        "phrase_du_quota": (
            f"{request.creancier.quota_quotidien} courriels sont partis aujourd'hui : "
            "les suivants attendent demain."
        ),
        "est_gestionnaire": Role(request.habilitation.role).couvre(Role.GESTIONNAIRE),
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
    }


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponse:
    """Exactement ce que montre la liste, toutes pages comprises."""
    criteres = CriteresRelances.lire(request.GET)
    if criteres.vue == ECARTEES or genre not in ("xlsx", "csv"):
        raise Http404
    relances = relances_filtrees(request.creancier, criteres).order_by(*criteres.ordre)
    lignes = lignes_export(relances)
    if genre == "xlsx":
        reponse: HttpResponse = HttpResponse(classeur("Relances", COLONNES, lignes), TYPE_XLSX)
    else:
        reponse = StreamingHttpResponse(flux_csv(COLONNES, lignes), content_type=TYPE_CSV)
    nom = f"relances-{request.creancier.code}-{timezone.localdate():%Y-%m-%d}.{genre}"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


@require_GET
@habilite(Role.LECTURE)
def a_valider(request: RequeteHabilitee) -> HttpResponse:
    """La première relance qui attend une personne."""
    return vers_la_suivante(request)


def vers_la_suivante(request: HttpRequest, *, apres: int = 0) -> HttpResponse:
    """Celle d'après dans la file à valider ; la liste quand il n'en reste plus."""
    attente = (
        Relance.objects.pour(request.creancier)
        .filter(etat=EtatRelance.A_VALIDER, prevue_le__lte=timezone.localdate())
        .order_by("pk")
    )
    suivante = attente.filter(pk__gt=apres).first() or attente.exclude(pk=apres).first()
    code = request.creancier.code
    if suivante is None:
        if request.method == "GET":
            annoncer(request, "Aucune relance n'attend de validation.")
        return redirect("relances:liste", creancier=code)
    return redirect("relances:relance", creancier=code, pk=suivante.pk)
