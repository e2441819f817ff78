from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Habilitation
from recouvrement.equipe import actions
from recouvrement.equipe.forms import InvitationForm, RoleForm
from recouvrement.equipe.lectures.membres import invitations_en_cours, membres
from recouvrement.equipe.lectures.messages import courriels_des
from recouvrement.equipe.models import Invitation
from recouvrement.equipe.views.creanciers import rendre
from recouvrement.socle.annonces import annoncer
from recouvrement.socle.erreurs import ErreurMetier


@require_GET
@habilite(Role.LECTURE)
def equipe(request: RequeteHabilitee) -> HttpResponse:
    return _page(request, InvitationForm())


@require_POST
@habilite(Role.GESTIONNAIRE)
def inviter(request: RequeteHabilitee) -> HttpResponse:
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            invitation, adresse = actions.inviter(
                request.creancier,
                **form.cleaned_data,
                acteur=request.user,
                maintenant=timezone.now(),
            )
        except ErreurMetier as erreur:
            form.add_error("courriel", str(erreur))
        else:
            # Sans serveur d'envoi, le lien se transmet à la main ; il ne se reverra pas.
            a_transmettre = "" if settings.SERVEUR_SMTP else adresse
            return _page(request, InvitationForm(), invitation=invitation, adresse=a_transmettre)
    return _page(request, form)


@require_POST
@habilite(Role.GESTIONNAIRE)
def revoquer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.pour(request.creancier), pk=pk)
    actions.revoquer_invitation(invitation, acteur=request.user, maintenant=timezone.now())
    annoncer(request, f"L'invitation de {invitation.courriel} ne vaut plus.")
    return redirect("equipe:equipe", request.creancier.code)


@require_POST
@habilite(Role.GESTIONNAIRE)
def role(request: RequeteHabilitee, pk: int) -> HttpResponse:
    habilitation = _habilitation(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, InvitationForm(), refus="Ce rôle n'existe pas.")
    try:
        actions.changer_role(
            habilitation, role=Role(form.cleaned_data["role"]), acteur=request.user
        )
    except ErreurMetier as erreur:
        return _page(request, InvitationForm(), refus=str(erreur))
    annoncer(request, f"Le rôle de {habilitation.utilisateur} est changé.")
    return redirect("equipe:equipe", request.creancier.code)


@require_POST
@habilite(Role.GESTIONNAIRE)
def retirer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    habilitation = _habilitation(request, pk)
    try:
        actions.retirer(habilitation, acteur=request.user)
    except ErreurMetier as erreur:
        return _page(request, InvitationForm(), refus=str(erreur))
    annoncer(request, f"{habilitation.utilisateur} n'a plus accès à {request.creancier.nom}.")
    if habilitation.utilisateur_id == request.user.pk:
        return redirect("accueil:racine")
    return redirect("equipe:equipe", request.creancier.code)


def _habilitation(request: RequeteHabilitee, pk: int) -> Habilitation:
    return get_object_or_404(
        Habilitation.objects.select_related("utilisateur"), pk=pk, creancier=request.creancier
    )


def _page(request, form, *, invitation=None, adresse: str = "", refus: str = "") -> HttpResponse:
    invitations = list(invitations_en_cours(request.creancier, maintenant=timezone.now()))
    courriels = courriels_des(invitations)
    return rendre(
        request,
        "equipe/equipe.html",
        {
            "form": form,
            "membres": membres(request.creancier),
            "roles": Role.choices,
            "invitations": [(i, courriels.get(i.pk)) for i in invitations],
            "envoyee": invitation,
            "adresse": adresse,
            "refus": refus,
        },
        vue="equipe:equipe",
        status=422 if form.errors or refus else 200,
    )
