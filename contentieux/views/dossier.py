from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients.models import Client
from contentieux.actions import (
    ajouter_frais,
    avancer,
    clore,
    noter,
    ouvrir_dossier,
    preparer_documents,
    ranger_pieces,
    renseigner_requete,
)
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Suite, Voie
from contentieux.forms import (
    AvancerForm,
    CloreForm,
    FraisForm,
    NoteForm,
    OuvrirForm,
    RequeteForm,
)
from contentieux.lectures import est_non_avenue, fiche_dossier
from contentieux.models import Dossier
from contentieux.regles import etats_suivants
from factures.enums import FaitDecision
from factures.models import Piece
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans
from recouvrement.socle.saisies.lisible import entier, entiers


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def ouvrir(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    client.creancier = request.creancier
    aujourdhui = timezone.localdate()
    form = OuvrirForm(
        request.POST if request.method == "POST" else None,
        client=client,
        au=aujourdhui,
    )
    if form.is_valid():
        with refus_dans(form):
            dossier = ouvrir_dossier(
                client,
                factures=form.cleaned_data["factures"],
                voie=Voie(form.cleaned_data["voie"]),
                le=aujourdhui,
                acteur=request.user,
            )
            annoncer(request, "Le dossier est ouvert ; les relances de ces factures s'arrêtent.")
            return redirect(dossier)
    contexte = {"client": client, "form": form}
    return render(request, "contentieux/ouvrir.html", contexte, status=422 if form.errors else 200)


@require_GET
@habilite(Role.LECTURE)
def dossier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _montrer(request, _dossier(request, pk))


@require_POST
@habilite(Role.GESTIONNAIRE)
def requete(request: RequeteHabilitee, pk: int) -> HttpResponse:
    dossier = _dossier(request, pk)
    form = RequeteForm(request.POST, dossier=dossier, au=timezone.localdate())
    if not form.is_valid():
        return _montrer(request, dossier, requete=form)
    return _faire(
        request,
        dossier,
        "La requête est renseignée.",
        lambda: renseigner_requete(
            dossier,
            tribunal=form.cleaned_data["tribunal"],
            arrete_au=form.cleaned_data["arrete_au"],
            requete=form.requete(),
            acteur=request.user,
        ),
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def documents(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Le décompte, le projet de requête et le bordereau, scellés."""
    dossier = _dossier(request, pk)
    return _faire(
        request,
        dossier,
        "Les documents sont préparés et scellés.",
        lambda: preparer_documents(dossier, maintenant=timezone.now(), acteur=request.user),
    )


@require_POST
@habilite(Role.ASSISTANTE)
def pieces(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Le bordereau : les pièces cochées, dans l'ordre de leur rang."""
    dossier = _dossier(request, pk)
    cochees = Piece.objects.pour(request.creancier).filter(
        client=dossier.client, pk__in=entiers(request.POST.getlist("piece"))
    )
    rangees = sorted(cochees, key=lambda piece: (_rang(request, piece.pk), piece.pk))
    choix = [
        (piece, request.POST.get(f"intitule_{piece.pk}", "")[:200].strip() or piece.intitule)
        for piece in rangees
    ]
    return _faire(
        request,
        dossier,
        "Le bordereau est à jour.",
        lambda: ranger_pieces(dossier, pieces=choix, acteur=request.user),
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def avancer_dossier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    dossier = _dossier(request, pk)
    form = AvancerForm(
        request.POST,
        dossier=dossier,
        au=timezone.localdate(),
        non_avenue=est_non_avenue(dossier),
    )
    if not form.is_valid():
        return _montrer(request, dossier, avancer=form)
    lu = form.cleaned_data
    return _faire(
        request,
        dossier,
        "L'état du dossier est à jour.",
        lambda: avancer(
            dossier,
            etat=EtatDossier(lu["etat"]),
            le=lu["le"],
            note=lu["note"],
            remise=FaitDecision(lu["remise"]) if lu.get("remise") else None,
            acteur=request.user,
        ),
    )


@require_POST
@habilite(Role.ASSISTANTE)
def noter_dossier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    dossier = _dossier(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _montrer(request, dossier, note=form)
    return _faire(
        request,
        dossier,
        "La note est au dossier.",
        lambda: noter(
            dossier,
            texte=form.cleaned_data["texte"],
            le=timezone.localdate(),
            acteur=request.user,
        ),
    )


@require_POST
@habilite(Role.ASSISTANTE)
def frais(request: RequeteHabilitee, pk: int) -> HttpResponse:
    dossier = _dossier(request, pk)
    form = FraisForm(request.POST)
    if not form.is_valid():
        return _montrer(request, dossier, frais=form)
    lu = form.cleaned_data | {"nature": NatureFrais(form.cleaned_data["nature"])}
    return _faire(
        request,
        dossier,
        "La dépense est notée.",
        lambda: ajouter_frais(dossier, **lu, acteur=request.user),
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def clore_dossier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    dossier = _dossier(request, pk)
    form = CloreForm(request.POST)
    if not form.is_valid():
        return _montrer(request, dossier, clore=form)
    return _faire(
        request,
        dossier,
        "Le dossier est clos.",
        lambda: clore(
            dossier,
            issue=IssueDossier(form.cleaned_data["issue"]),
            note=form.cleaned_data["note"],
            suite=Suite(form.cleaned_data["suite"]) if form.cleaned_data["suite"] else None,
            le=timezone.localdate(),
            acteur=request.user,
        ),
    )


def _dossier(request: RequeteHabilitee, pk: int) -> Dossier:
    trouve = get_object_or_404(
        Dossier.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    trouve.creancier = trouve.client.creancier = request.creancier
    return trouve


def _rang(request: RequeteHabilitee, pk: int) -> int:
    rang = entier(request.POST.get(f"rang_{pk}"))
    return 9999 if rang is None else rang


def _faire(
    request: RequeteHabilitee, dossier: Dossier, phrase: str, action: Callable[[], object]
) -> HttpResponse:
    """Le refus d'une action se lit en haut du dossier ; rien n'est écrit à moitié."""
    with refus_a_montrer() as refus:
        action()
        annoncer(request, phrase)
        return redirect(dossier)
    return _montrer(request, dossier, refus=refus.phrase)


def _montrer(
    request: RequeteHabilitee, dossier: Dossier, refus: str = "", **lus: forms.Form
) -> HttpResponse:
    aujourdhui = timezone.localdate()
    role = Role(request.habilitation.role)
    fiche, est_clos = fiche_dossier(dossier, au=aujourdhui), dossier.etat == EtatDossier.CLOS
    formulaires: dict[str, forms.Form] = {
        "requete": RequeteForm(dossier=dossier, au=aujourdhui),
        "avancer": AvancerForm(dossier=dossier, au=aujourdhui, non_avenue=fiche.est_non_avenue),
        "note": NoteForm(),
        "frais": FraisForm(initial={"le": aujourdhui}),
        "clore": CloreForm(),
    }
    formulaires |= lus
    se_conduit = not est_clos and role.couvre(Role.GESTIONNAIRE)
    en_faute = refus or any(form.is_bound and form.errors for form in formulaires.values())
    return render(
        request,
        "contentieux/dossier.html",
        {
            "dossier": dossier,
            "client": dossier.client,
            "fiche": fiche,
            "manques": [] if est_clos else fiche.manques,
            "refus": refus,
            "formulaires": formulaires,
            "peut_ecrire": role.couvre(Role.ASSISTANTE),
            "se_complete": not est_clos and role.couvre(Role.ASSISTANTE),
            "se_conduit": se_conduit,
            "peut_decider": role.couvre(Role.GESTIONNAIRE),
            "avance": se_conduit
            and etats_suivants(EtatDossier(dossier.etat), non_avenue=fiche.est_non_avenue),
            "est_clos": est_clos,
        },
        status=422 if en_faute else 200,
    )
