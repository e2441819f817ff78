"""Décider d'un changement demandé par un autre ; défaire le sien, connecté ou par son lien."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, confirmer_son_identite, habilite
from recouvrement.comptes.enums import Role
from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement
from recouvrement.equipe.forms import InvitationForm
from recouvrement.equipe.lectures.changements import lignes
from recouvrement.equipe.models import Changement
from recouvrement.equipe.views.creanciers import resume
from recouvrement.equipe.views.membres import page_equipe
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer


@require_POST
@habilite(Role.GESTIONNAIRE)
def approuver(request: RequeteHabilitee, pk: int) -> HttpResponse:
    changement = _changement(request, pk)
    confirmer_son_identite(request)
    return _decider(request, changement, actions.approuver, "Le changement est appliqué.")


@require_POST
@habilite(Role.GESTIONNAIRE)
def refuser(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(request, _changement(request, pk), actions.refuser, "La demande est refusée.")


@require_POST
@habilite(Role.GESTIONNAIRE)
def retirer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(
        request, _changement(request, pk), actions.retirer_la_demande, "Votre demande est retirée."
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def defaire(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(
        request, _changement(request, pk), actions.defaire, "La valeur d'avant est rendue."
    )


@require_http_methods(["GET", "POST"])
def lien(request: HttpRequest, jeton: str) -> HttpResponse:
    """Le courriel d'un gestionnaire seul : lire ne fait rien, confirmer défait."""
    maintenant = timezone.now()
    trouves = Changement.objects.par_jeton(jeton).select_related("creancier", "demande_par")
    changement = trouves.first()
    refus = ""
    if changement and request.method == "POST":
        with refus_a_montrer() as refuse:
            changement = actions.defaire(
                changement,
                acteur=changement.demande_par,
                maintenant=maintenant,
                par_lien=True,
            )
        refus = refuse.phrase
    ouvert = changement is not None and changement.se_defait(maintenant=maintenant)
    contexte = {
        "changement": changement,
        "lignes": lignes(changement, masque=True) if changement else [],
        "ouvert": ouvert,
        "defait": changement is not None and changement.etat == EtatChangement.DEFAIT,
        "refus": refus,
    }
    clos = not ouvert and not contexte["defait"]
    status = 422 if refus else 410 if clos else 200
    return render(request, "equipe/changement_lien.html", contexte, status=status)


def _changement(request: RequeteHabilitee, pk: int) -> Changement:
    return get_object_or_404(Changement.objects.pour(request.creancier), pk=pk)


def _decider(
    request: RequeteHabilitee,
    changement: Changement,
    action: Callable[..., Changement],
    fait: str,
) -> HttpResponse:
    with refus_a_montrer() as refus:
        decide = action(changement, acteur=request.user, maintenant=timezone.now())
        if decide.etat == EtatChangement.APPLIQUE and decide.adresse:
            # Qui approuve une invitation transmet son adresse : elle ne se reverra pas.
            return page_equipe(
                request, InvitationForm(), envoyee_a=decide.concerne, adresse=decide.adresse
            )
        annoncer(request, fait)
        suite = request.user.habilitations.filter(creancier=request.creancier).exists()
        return redirect("equipe:parametres", request.creancier.code) if suite else redirect("/")
    return resume(request, refus=refus.phrase)
