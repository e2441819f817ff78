from collections import Counter
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.formats import pluriel
from recouvrement.socle.listes import (
    Liste,
    emporter,
    montrer,
    montrer_tableau,
    onglets_montres,
    pied,
)
from recouvrement.socle.montants import ZERO
from recouvrement.socle.pages.annonces import annoncer
from relances.actions.planification import planifier
from relances.enums import CodeBlocage
from relances.lectures.possibles import ecrire_interdit, quota_atteint
from relances.listes.relances import (
    ECARTEES,
    LigneEcartee,
    LigneRelance,
    liste_des_relances,
    tableau_des_ecartees,
)
from relances.models import Relance

ECARTEES_MONTREES = 200


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    declaree = liste_des_relances(
        request.creancier, au=timezone.localdate(), peut_ecrire=_peut_ecrire(request)
    )
    if declaree.lire(request.GET).onglet == ECARTEES:
        return _ecartees(request, declaree)
    montree = montrer(declaree, request.GET)
    contexte = _cadre(request) | {
        "liste": montree,
        "onglets": montree.onglets,
        "onglet": next(onglet for onglet in montree.onglets if onglet.est_courant),
        "a_valider": any(o.cle == "a_valider" and o.nombre for o in montree.onglets),
    }
    return render(request, "relances/liste.html", contexte)


def _ecartees(request: RequeteHabilitee, declaree: Liste[Relance, LigneRelance]) -> HttpResponse:
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
        LigneEcartee(
            factures[e.facture], clients[e.client], " ; ".join(b.phrase for b in e.blocages)
        )
        for e in montrees
    ]
    tableau, nombre = tableau_des_ecartees(creancier), len(toutes)
    total = sum((e.solde for e in toutes), ZERO)
    pieds = pied(tableau, pluriel(nombre, "facture"), {"solde": total})
    contexte = _cadre(request) | {
        "onglets": onglets_montres(declaree, declaree.lire(request.GET), request.GET),
        "tableau": montrer_tableau(tableau, lignes, pieds=pieds),
        "montrees": len(lignes),
        "nombre": nombre,
        "raison": raison,
        "raisons": [(c.value, c.label, n) for c, n in raisons.most_common()],
        "total": total,
    }
    return render(request, "relances/ecartees.html", contexte)


def _cadre(request: RequeteHabilitee) -> dict[str, Any]:
    return {
        "rien_ne_part": ecrire_interdit(request.creancier, au=timezone.localdate()),
        "quota_atteint": quota_atteint(request.creancier, maintenant=timezone.now()),
        "phrase_du_quota": (
            f"{request.creancier.quota_quotidien} courriels sont partis aujourd'hui : "
            "les suivants attendent demain."
        ),
        "est_gestionnaire": Role(request.habilitation.role).couvre(Role.GESTIONNAIRE),
        "peut_ecrire": _peut_ecrire(request),
    }


def _peut_ecrire(request: RequeteHabilitee) -> bool:
    return Role(request.habilitation.role).couvre(Role.ASSISTANTE)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponseBase:
    declaree = liste_des_relances(request.creancier, au=timezone.localdate())
    if declaree.lire(request.GET).onglet == ECARTEES:
        raise Http404
    return emporter(request, declaree, genre)


@require_GET
@habilite(Role.LECTURE)
def a_valider(request: RequeteHabilitee) -> HttpResponse:
    """La première relance qui attend une personne."""
    return vers_la_suivante(request)


def vers_la_suivante(request: RequeteHabilitee, *, apres: int = 0) -> HttpResponse:
    """Celle d'après dans la file à valider ; la liste quand il n'en reste plus."""
    relances = Relance.objects.pour(request.creancier)
    attente = relances.a_valider(au=timezone.localdate()).order_by("pk")
    suivante = attente.filter(pk__gt=apres).first() or attente.exclude(pk=apres).first()
    code = request.creancier.code
    if suivante is None:
        if request.method == "GET":
            annoncer(request, "Aucune relance n'attend de validation.")
        return redirect("relances:liste", creancier=code)
    return redirect("relances:relance", creancier=code, pk=suivante.pk)
