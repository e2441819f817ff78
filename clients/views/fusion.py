from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clients import actions
from clients.lectures import doublons_probables
from clients.lectures.fusion import cote_a_cote, de_quoi_separer, fiches_reunies
from clients.listes import tableau_des_doublons
from clients.models import Client
from clients.views.fiche import client_ou_404
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.listes import montrer_tableau
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer
from recouvrement.socle.saisies.lisible import entier


@require_GET
@habilite(Role.LECTURE)
def doublons(request: RequeteHabilitee) -> HttpResponse:
    peut_ecrire = Role(request.habilitation.role).couvre(Role.ASSISTANTE)
    paires = doublons_probables(request.creancier)
    tableau = tableau_des_doublons(request.creancier.code, peut_ecrire=peut_ecrire)
    contexte = {"paires": paires, "tableau": montrer_tableau(tableau, paires)}
    return render(request, "clients/doublons.html", contexte)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def fusionner(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Deux fiches côte à côte ; on choisit celle qui reste."""
    un = client_ou_404(request, pk)
    autre = _autre(request, un)
    refus = ""
    if request.method == "POST" and autre is not None:
        garde, absorbe = (autre, un) if request.POST.get("garde") == str(autre.pk) else (un, autre)
        with refus_a_montrer() as refuse:
            garde = actions.fusionner(garde, absorbe, le=timezone.localdate(), acteur=request.user)
            annoncer(
                request,
                f"Les deux fiches sont réunies sous {garde.nom}.",
                annuler=de_quoi_separer(absorbe),
            )
            return redirect(garde)
        refus = refuse.phrase
    contexte: dict[str, object] = {"client": un, "autre": autre, "refus": refus}
    if autre is None:
        contexte["propositions"] = [
            (d.recent if d.ancien.pk == un.pk else d.ancien, d.raisons)
            for d in doublons_probables(request.creancier, client=un)
        ]
        contexte["reunies"] = fiches_reunies(un)
        contexte["trouves"] = _chercher(request, un)
        contexte["texte"] = request.GET.get("q", "")
    else:
        contexte["fiches"] = cote_a_cote(un, autre, au=timezone.localdate())
    return render(request, "clients/fusionner.html", contexte, status=422 if refus else 200)


def _autre(request: RequeteHabilitee, un: Client) -> Client | None:
    demande = (request.POST if request.method == "POST" else request.GET).get("avec", "")
    if not demande and request.method == "GET":
        return None
    pk = entier(demande)
    if pk is None or pk == un.pk:
        raise Http404
    return client_ou_404(request, pk)


def _chercher(request: RequeteHabilitee, un: Client) -> list[Client]:
    texte = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if not texte:
        return []
    clients = Client.objects.pour(request.creancier).actifs().cherchant(texte)
    return list(clients.exclude(pk=un.pk).order_by("nom_recherche")[:20])
