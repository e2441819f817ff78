"""Ce que l'administrateur fait de l'instance : ses comptes, et leurs messages."""

from datetime import datetime
from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recouvrement.comptes.acces import RequeteConnectee, administre, confirmer_son_identite
from recouvrement.comptes.models import Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.forms import MotifForm
from recouvrement.equipe.lectures import membres
from recouvrement.equipe.lectures.messages import message_de_compte
from recouvrement.equipe.listes import liste_des_messages, tableau_des_comptes
from recouvrement.socle.listes import montrer, montrer_tableau
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer


class ActionSurUnCompte(Protocol):
    def __call__(
        self, compte: Utilisateur, /, *, acteur: Utilisateur, maintenant: datetime
    ) -> object: ...


@require_GET
@administre
def comptes(request: RequeteConnectee) -> HttpResponse:
    return _comptes(request)


@require_GET
@administre
def compte(request: RequeteConnectee, pk: int) -> HttpResponse:
    return _compte(request, get_object_or_404(membres.comptes(), pk=pk))


@require_POST
@administre
def nommer(request: RequeteConnectee, pk: int) -> HttpResponse:
    return _administrer(request, pk, actions.nommer_administrateur, "est administrateur")


@require_POST
@administre
def demettre(request: RequeteConnectee, pk: int) -> HttpResponse:
    return _administrer(request, pk, actions.retirer_administrateur, "n'est plus administrateur")


@require_POST
@administre
def retirer_double(request: RequeteConnectee, pk: int) -> HttpResponse:
    """Le téléphone d'une autre personne est perdu : après motif, et confirmation de qui agit."""
    cible = get_object_or_404(membres.comptes(), pk=pk)
    form = MotifForm(request.POST)
    if not form.is_valid():
        return _compte(request, cible, form=form)
    confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        actions.retirer_double(
            cible, **form.cleaned_data, acteur=request.user, maintenant=timezone.now()
        )
        annoncer(
            request, f"{cible} entrera par son mot de passe, et activera une autre application."
        )
        return redirect("equipe:compte_detail", pk)
    return _compte(request, cible, form=form, refus=refus.phrase)


@require_POST
@administre
def desactiver(request: RequeteConnectee, pk: int) -> HttpResponse:
    cible = get_object_or_404(Utilisateur, pk=pk)
    confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        actions.desactiver_compte(cible, acteur=request.user, maintenant=timezone.now())
        annoncer(request, f"Le compte de {cible} est désactivé, ses sessions sont fermées.")
        return redirect("equipe:comptes")
    return _comptes(request, refus=refus.phrase)


@require_POST
@administre
def reactiver(request: RequeteConnectee, pk: int) -> HttpResponse:
    cible = get_object_or_404(Utilisateur, pk=pk)
    confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        actions.reactiver_compte(cible, acteur=request.user, maintenant=timezone.now())
        annoncer(request, f"{cible} peut de nouveau se connecter.")
        return redirect("equipe:comptes")
    return _comptes(request, refus=refus.phrase)


@require_POST
@administre
def donner_un_lien(request: RequeteConnectee, pk: int) -> HttpResponse:
    cible = get_object_or_404(Utilisateur, pk=pk)
    confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        adresse = actions.donner_un_lien(cible, acteur=request.user, maintenant=timezone.now())
        return _comptes(request, cible=cible, adresse=adresse)
    return _comptes(request, refus=refus.phrase)


@require_GET
@administre
def messages(request: RequeteConnectee) -> HttpResponse:
    contexte = {"liste": montrer(liste_des_messages(), request.GET)}
    return render(request, "equipe/messages.html", contexte)


@require_http_methods(["GET", "POST"])
@administre
def message(request: RequeteConnectee, pk: int) -> HttpResponse:
    """Le lien personnel reste caché ; le montrer (POST) s'inscrit au journal."""
    envoi = get_object_or_404(Envoi.objects.de_compte(), pk=pk)
    lu, refus = message_de_compte(envoi), ""
    if request.method == "POST" and lu.a_montrer:
        confirmer_son_identite(request)
        with refus_a_montrer() as refuse:
            actions.montrer_le_message(envoi, acteur=request.user)
            lu = message_de_compte(envoi, en_clair=True)
        refus = refuse.phrase
    contexte = {"message": lu, "refus": refus}
    return render(request, "equipe/message.html", contexte, status=422 if refus else 200)


def _comptes(
    request: RequeteConnectee,
    *,
    refus: str = "",
    cible: Utilisateur | None = None,
    adresse: str = "",
) -> HttpResponse:
    contexte = {
        "tableau": montrer_tableau(tableau_des_comptes(), membres.comptes()),
        "refus": refus,
        "cible": cible,
        "adresse": adresse,
        "un_seul": membres.administrateurs().count() == 1,
    }
    return render(request, "equipe/comptes.html", contexte, status=422 if refus else 200)


def _compte(
    request: RequeteConnectee, cible: Utilisateur, *, form: MotifForm | None = None, refus: str = ""
) -> HttpResponse:
    autres = membres.administrateurs().exclude(pk=cible.pk).exists()
    contexte = {
        "cible": cible,
        "form": form or MotifForm(),
        "refus": refus,
        "habilitations": cible.habilitations.select_related("creancier")
        .defer("creancier__logo", "creancier__image_signature")
        .order_by("creancier__nom"),
        "est_le_dernier": cible.est_administrateur and not autres,
        "pas_pour_soi": cible.pk == request.user.pk and autres,
    }
    en_faute = refus or (form and form.errors)
    return render(request, "equipe/compte_detail.html", contexte, status=422 if en_faute else 200)


def _administrer(
    request: RequeteConnectee, pk: int, action: ActionSurUnCompte, fait: str
) -> HttpResponse:
    cible = get_object_or_404(membres.comptes(), pk=pk)
    confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        action(cible, acteur=request.user, maintenant=timezone.now())
        annoncer(request, f"{cible} {fait}.")
        if cible.pk == request.user.pk:
            return redirect("equipe:compte")
        return redirect("equipe:compte_detail", pk)
    return _compte(request, cible, refus=refus.phrase)
