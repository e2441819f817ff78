from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, confirmer_son_identite, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Habilitation
from recouvrement.equipe import actions
from recouvrement.equipe.forms import InvitationForm, RoleForm
from recouvrement.equipe.lectures.membres import invitations_en_cours, membres
from recouvrement.equipe.lectures.messages import courriels_des, suite_du_courriel
from recouvrement.equipe.listes import tableau_des_membres
from recouvrement.equipe.models import Invitation
from recouvrement.equipe.views.creanciers import annoncer_les_changements, rendre
from recouvrement.socle.listes import montrer_tableau
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans


@require_GET
@habilite(Role.LECTURE)
def equipe(request: RequeteHabilitee) -> HttpResponse:
    return page_equipe(request, InvitationForm())


@require_POST
@habilite(Role.GESTIONNAIRE)
def inviter(request: RequeteHabilitee) -> HttpResponse:
    form = InvitationForm(request.POST)
    if form.is_valid():
        if form.cleaned_data["role"] == Role.GESTIONNAIRE:
            confirmer_son_identite(request)
        with refus_dans(form, "courriel"):
            invitation, adresse = actions.inviter(
                request.creancier,
                **form.cleaned_data,
                acteur=request.user,
                maintenant=timezone.now(),
            )
            if invitation is None:
                return redirect("equipe:equipe", request.creancier.code)
            return page_equipe(
                request, InvitationForm(), envoyee_a=invitation.courriel, adresse=adresse
            )
    return page_equipe(request, form)


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
        return page_equipe(request, InvitationForm(), refus="Ce rôle n'existe pas.")
    return _changer(
        request,
        habilitation,
        role=Role(form.cleaned_data["role"]),
        sinon=f"Le rôle de {habilitation.utilisateur} est changé.",
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def retirer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    habilitation = _habilitation(request, pk)
    return _changer(
        request,
        habilitation,
        role=None,
        sinon=f"{habilitation.utilisateur} n'a plus accès à {request.creancier.nom}.",
    )


def _changer(
    request: RequeteHabilitee, habilitation: Habilitation, *, role: Role | None, sinon: str
) -> HttpResponse:
    if Role.GESTIONNAIRE in (habilitation.role, role) and habilitation.role != role:
        confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        changement = actions.changer_role(
            habilitation, role=role, acteur=request.user, maintenant=timezone.now()
        )
        annoncer_les_changements(request, [changement] if changement else [], sinon=sinon)
        return redirect("equipe:equipe", request.creancier.code)
    return page_equipe(request, InvitationForm(), refus=refus.phrase)


def _habilitation(request: RequeteHabilitee, pk: int) -> Habilitation:
    return get_object_or_404(
        Habilitation.objects.select_related("utilisateur"), pk=pk, creancier=request.creancier
    )


def page_equipe(
    request: RequeteHabilitee,
    form: InvitationForm,
    *,
    envoyee_a: str = "",
    adresse: str = "",
    refus: str = "",
) -> HttpResponse:
    # Sans serveur d'envoi, le lien se transmet à la main ; il ne se reverra pas.
    adresse = "" if settings.SERVEUR_SMTP else adresse
    est_gestionnaire = Role(request.habilitation.role).couvre(Role.GESTIONNAIRE)
    invitations = list(invitations_en_cours(request.creancier, maintenant=timezone.now()))
    courriels = courriels_des(invitations)
    return rendre(
        request,
        "equipe/equipe.html",
        {
            "form": form,
            "tableau": montrer_tableau(
                tableau_des_membres(request.creancier, est_gestionnaire=est_gestionnaire),
                membres(request.creancier),
            ),
            "roles": Role.choices,
            "invitations": [(i, *suite_du_courriel(courriels.get(i.pk))) for i in invitations],
            "envoyee_a": envoyee_a,
            "adresse": adresse,
            "refus": refus,
        },
        vue="equipe:equipe",
        status=422 if form.errors or refus else 200,
    )
