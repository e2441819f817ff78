from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recouvrement.comptes.acces import (
    RequeteConnectee,
    RequeteHabilitee,
    administre,
    confirmer_son_identite,
    habilite,
)
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.documents.actions.quotas import place_de
from recouvrement.documents.reponses import repondre_fichier
from recouvrement.equipe import actions
from recouvrement.equipe.enums import SujetChangement
from recouvrement.equipe.erreurs import DejaDemande, EnvoisArretes, ReserveAuxVraisComptes
from recouvrement.equipe.forms import EnvoisForm, IdentiteForm, NouveauForm, ReglementsForm
from recouvrement.equipe.lectures.changements import changements_vus
from recouvrement.equipe.lectures.expediteurs import etat_expediteur
from recouvrement.equipe.lectures.parametres import ce_qui_manque, onglets
from recouvrement.equipe.listes import tableau_des_creanciers
from recouvrement.equipe.models import Changement
from recouvrement.equipe.regles import CHAMPS_A_DEUX, partager, touche_a_deux
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.listes import montrer_tableau
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans

IMAGES = {"logo": "logo", "signature": "image_signature"}


@require_GET
@administre
def creanciers(request: RequeteConnectee) -> HttpResponse:
    lignes = (
        Creancier.objects.defer("logo", "image_signature")
        .annotate(
            membres_nb=Count("habilitations"),
            a_moi=Count("habilitations", filter=Q(habilitations__utilisateur=request.user)),
        )
        .order_by("archive_le", "nom")
    )
    contexte = {
        "creanciers": lignes,
        "tableau": montrer_tableau(tableau_des_creanciers(), lignes),
    }
    return render(request, "equipe/creanciers.html", contexte)


@require_http_methods(["GET", "POST"])
@administre
def nouveau(request: RequeteConnectee) -> HttpResponse:
    form = NouveauForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refus_dans(form, _champ_du_refus):
            creancier = actions.creer_creancier(**form.champs, acteur=request.user)
            annoncer(request, f"{creancier.nom} est créé. Réglez maintenant ses envois.")
            return redirect("equipe:envois", creancier.code)
    return render(
        request,
        "equipe/creancier_nouveau.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_GET
@habilite(Role.LECTURE)
def parametres(request: RequeteHabilitee) -> HttpResponse:
    return resume(request)


@require_POST
@habilite(Role.ASSISTANTE)
def reglements(request: RequeteHabilitee) -> HttpResponse:
    """« Tous les règlements reçus jusqu'au … sont saisis » : une personne l'atteste."""
    form = ReglementsForm(request.POST, aujourdhui=timezone.localdate())
    if not form.is_valid():
        return _resume(request, form)
    au = form.cleaned_data["au"]
    actions.confirmer_reglements(request.creancier, au=au, acteur=request.user)
    annoncer(request, f"Règlements connus au {formats.jour(au)}.")
    return redirect("equipe:parametres", request.creancier.code)


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def identite(request: RequeteHabilitee) -> HttpResponse:
    return _regler(request, IdentiteForm, "identite", "equipe/identite.html")


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def envois(request: RequeteHabilitee) -> HttpResponse:
    return _regler(request, EnvoisForm, "envois", "equipe/envois.html")


def page_des_envois(request: RequeteHabilitee, *, refus: str) -> HttpResponse:
    form = EnvoisForm(instance=Creancier.objects.get(pk=request.creancier.pk))
    contexte = {"form": form, "refus": refus}
    return rendre(request, "equipe/envois.html", contexte, vue="equipe:envois", status=422)


@require_GET
@habilite(Role.LECTURE)
def image(request: RequeteHabilitee, nom: str) -> HttpResponse:
    if nom not in IMAGES:
        raise Http404
    octets = getattr(request.creancier, IMAGES[nom])
    if not octets:
        raise Http404
    return repondre_fichier(
        bytes(octets), nom, getattr(request.creancier, f"{IMAGES[nom]}_type"), piece_jointe=False
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def archiver(request: RequeteHabilitee) -> HttpResponse:
    return _archiver(request, actions.archiver)


@require_POST
@habilite(Role.GESTIONNAIRE)
def rouvrir(request: RequeteHabilitee) -> HttpResponse:
    return _archiver(request, actions.rouvrir)


def rendre(
    request: RequeteHabilitee,
    gabarit: str,
    contexte: dict[str, Any],
    *,
    vue: str,
    status: int = 200,
) -> HttpResponse:
    """Une page de paramètres : son sommaire, et ce que la personne peut y faire."""
    role = request.habilitation.role
    contexte |= {
        "creancier": request.creancier,
        "onglets": onglets(request.creancier, role, vue=vue),
        "est_gestionnaire": Role(role).couvre(Role.GESTIONNAIRE),
        "peut_ecrire": Role(role).couvre(Role.ASSISTANTE),
        "changements": changements_vus(
            request.creancier, par=request.user, maintenant=timezone.now()
        ),
    }
    if vue == "equipe:envois":
        contexte["expediteur"] = etat_expediteur(request.creancier, maintenant=timezone.now())
    return render(request, gabarit, contexte, status=status)


def annoncer_les_changements(
    request: RequeteHabilitee, changements: list[Changement], *, sinon: str
) -> None:
    """Ce que chaque demande est devenue ; `sinon` quand rien n'avait à se demander."""
    if not changements:
        annoncer(request, sinon)
    for changement in changements:
        sujet = changement.get_sujet_display()
        if changement.attend(maintenant=timezone.now()):
            annoncer(request, f"{sujet} : rien ne change avant l'accord d'un second gestionnaire.")
        else:
            annoncer(request, f"{sujet} : c'est fait. Vous pouvez le défaire pendant 24 heures.")


def resume(request: RequeteHabilitee, *, refus: str = "") -> HttpResponse:
    aujourdhui = timezone.localdate()
    form = ReglementsForm(aujourdhui=aujourdhui, initial={"au": aujourdhui})
    return _resume(request, form, refus=refus)


def _resume(request: RequeteHabilitee, form: ReglementsForm, *, refus: str = "") -> HttpResponse:
    return rendre(
        request,
        "equipe/parametres.html",
        {
            "form": form,
            "manques": ce_qui_manque(request.creancier),
            "place": place_de(request.creancier),
            "refus": refus,
        },
        vue="equipe:parametres",
        status=422 if form.errors or refus else 200,
    )


def _archiver(request: RequeteHabilitee, action: Callable[..., Changement]) -> HttpResponse:
    confirmer_son_identite(request)
    with refus_a_montrer() as refus:
        changement = action(request.creancier, acteur=request.user, maintenant=timezone.now())
        annoncer_les_changements(request, [changement], sinon="")
        return redirect("equipe:parametres", request.creancier.code)
    return resume(request, refus=refus.phrase)


def _regler(
    request: RequeteHabilitee, classe: type[IdentiteForm | EnvoisForm], page: str, gabarit: str
) -> HttpResponse:
    # Valider écrit dans l'instance : le bandeau de la page doit garder le vrai créancier.
    copie = Creancier.objects.get(pk=request.creancier.pk)
    form = classe(request.POST or None, request.FILES or None, instance=copie)
    if request.method == "POST" and form.is_valid():
        champs = form.champs if isinstance(form, IdentiteForm) else form.cleaned_data
        if touche_a_deux(request.creancier, champs):
            _confirmer_sans_perdre(request, champs)
        with refus_dans(form, _champ_a_deux):
            changements = actions.regler(
                request.creancier, champs=champs, acteur=request.user, maintenant=timezone.now()
            )
            annoncer_les_changements(request, changements, sinon="Les paramètres sont à jour.")
            return redirect(f"equipe:{page}", request.creancier.code)
    return rendre(
        request,
        gabarit,
        {"form": form},
        vue=f"equipe:{page}",
        status=422 if form.errors else 200,
    )


def _confirmer_sans_perdre(request: RequeteHabilitee, champs: dict[str, Any]) -> None:
    """Un formulaire se rejoue après la confirmation, un fichier non : il s'enregistre d'abord."""
    try:
        confirmer_son_identite(request)
    except ReauthenticationRequired:
        if request.FILES:
            ordinaires, _ = partager(champs)
            actions.modifier_creancier(request.creancier, acteur=request.user, **ordinaires)
        raise


def _champ_du_refus(refus: ErreurMetier) -> str | None:
    """Un code déjà pris se corrige ; n'être qu'en démonstration, non."""
    return None if isinstance(refus, ReserveAuxVraisComptes) else "code"


def _champ_a_deux(refus: ErreurMetier) -> str | None:
    if isinstance(refus, DejaDemande | EnvoisArretes):
        return str(CHAMPS_A_DEUX[SujetChangement(refus.sujet)][0])
    return None
