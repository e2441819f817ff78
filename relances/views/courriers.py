from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients.models import Client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.actions.scelles import assembler
from recouvrement.documents.reponses import repondre_document, repondre_fichier
from recouvrement.socle.formats import pluriel
from recouvrement.socle.forms import champ_de
from recouvrement.socle.listes import montrer, montrer_tableau
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import (
    annoncer_un_refus,
    refus_a_montrer,
    refus_annonce,
    refus_dans,
)
from recouvrement.socle.saisies.lisible import entiers
from relances.actions.courriers import ecrire_hors_scenario, preparer_lettre, preparer_lettres
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.poste import annuler_courrier, poster, suivre
from relances.enums import Canal, EtatCourrier, EtatRelance
from relances.forms.courrier import LettreForm, MiseEnDemeureForm, PosterForm, SuivreForm
from relances.forms.relance import SUJET_DE_LETTRE
from relances.lectures.postal import postal
from relances.listes.courriers import liste_des_courriers, tableau_a_preparer
from relances.models import Courrier, Relance

LOT_MAXIMUM = 60


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    """À préparer, à poster, en route : les trois temps d'une lettre."""
    a_preparer = (
        Relance.objects.pour(request.creancier)
        .filter(
            canal__in=[Canal.COURRIER, Canal.RECOMMANDE],
            etat=EtatRelance.A_FAIRE,
            prevue_le__lte=timezone.localdate(),
            courrier=None,
        )
        .select_related("client", "etape")
        .order_by("prevue_le", "pk")[:LOT_MAXIMUM]
    )
    peut_ecrire = Role(request.habilitation.role).couvre(Role.ASSISTANTE)
    lettres = list(a_preparer)
    contexte = {
        "a_preparer": len(lettres),
        "lettres": montrer_tableau(
            tableau_a_preparer(request.creancier.code, peut_ecrire=peut_ecrire), lettres
        ),
        "liste": montrer(liste_des_courriers(request.creancier), request.GET),
    }
    return render(request, "relances/courriers.html", contexte)


@require_POST
@habilite(Role.ASSISTANTE)
def preparer_lot(request: RequeteHabilitee) -> HttpResponse:
    """Les lettres cochées, scellées une à une."""
    choix = entiers(request.POST.getlist("relance"))
    relances = (
        Relance.objects.pour(request.creancier)
        .filter(pk__in=choix)
        .select_related("client__creancier", "creancier", "etape")[:LOT_MAXIMUM]
    )
    faites, refusees = preparer_lettres(relances, maintenant=timezone.now(), acteur=request.user)
    if faites:
        annoncer(request, f"{pluriel(len(faites), 'lettre préparée,lettres préparées')}.")
    for relance, raison in refusees:
        annoncer_un_refus(request, f"{relance.client} : {raison}")
    return redirect("relances:courriers", creancier=request.creancier.code)


@require_GET
@habilite(Role.LECTURE)
def imprimer_lot(request: RequeteHabilitee) -> HttpResponse:
    """Toutes les lettres à poster, en un seul PDF."""
    courriers = (
        Courrier.objects.pour(request.creancier)
        .a_poster()
        .select_related("document")
        .order_by("pk")[:LOT_MAXIMUM]
    )
    if not courriers:
        annoncer(request, "Aucune lettre n'attend d'être postée.")
        return redirect("relances:courriers", creancier=request.creancier.code)
    octets = assembler(courrier.document for courrier in courriers)
    return repondre_fichier(octets, "lettres-a-poster.pdf", "application/pdf", piece_jointe=False)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def lettre(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """La lettre d'une étape : ce qu'elle dira, puis sa préparation."""
    relance = get_object_or_404(
        Relance.objects.pour(request.creancier).select_related("client__creancier", "etape"), pk=pk
    )
    refus = ""
    if request.method == "POST":
        with refus_a_montrer() as refuse:
            courrier = preparer_lettre(relance, maintenant=timezone.now(), acteur=request.user)
            return redirect("relances:courrier", creancier=request.creancier.code, pk=courrier.pk)
        refus = refuse.phrase
    contexte = {"relance": relance, "client": relance.client, "refus": refus}
    return render(request, "relances/lettre.html", contexte, status=422 if refus else 200)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def ecrire_lettre(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Une lettre hors scénario."""
    client = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    client.creancier = request.creancier
    form = LettreForm(
        request.POST if request.method == "POST" else None,
        client=client,
        au=timezone.localdate(),
        initial={"sujet": SUJET_DE_LETTRE},
    )
    if form.is_valid():
        lu = form.cleaned_data
        with refus_dans(form):
            relance = ecrire_hors_scenario(
                client,
                canal=Canal.RECOMMANDE if lu["recommande"] else Canal.COURRIER,
                factures=list(lu["factures"]),
                sujet=lu["sujet"],
                texte=lu["texte"],
                le=timezone.localdate(),
                acteur=request.user,
            )
            courrier = preparer_lettre(relance, maintenant=timezone.now(), acteur=request.user)
            return redirect("relances:courrier", creancier=request.creancier.code, pk=courrier.pk)
    return render(
        request,
        "relances/ecrire_lettre.html",
        {"client": client, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def mise_en_demeure(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Choisir les factures et le délai ; la sommation scellée s'ouvre ensuite, à relire."""
    client = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    client.creancier = request.creancier
    form = MiseEnDemeureForm(
        request.POST if request.method == "POST" else None, client=client, au=timezone.localdate()
    )
    if form.is_valid():
        with refus_dans(form):
            preparee = preparer_mise_en_demeure(
                client,
                factures=list(form.cleaned_data["factures"]),
                delai_jours=form.cleaned_data["delai_jours"],
                maintenant=timezone.now(),
                acteur=request.user,
            )
            return redirect(
                "relances:courrier", creancier=request.creancier.code, pk=preparee.courrier_id
            )
    return render(
        request,
        "relances/mise_en_demeure.html",
        {"client": client, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@habilite(Role.LECTURE)
def courrier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """La lettre scellée à côté de sa vie postale."""
    trouve = _courrier(request, pk)
    return _montrer(request, trouve)


@require_GET
@habilite(Role.LECTURE)
def courrier_pdf(request: RequeteHabilitee, pk: int) -> HttpResponse:
    trouve = _courrier(request, pk)
    return repondre_document(trouve.document, piece_jointe="telecharger" in request.GET)


@require_POST
@habilite(Role.ASSISTANTE)
def poster_courrier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    trouve = _courrier(request, pk)
    form = PosterForm(request.POST, request.FILES, au=timezone.localdate())
    if form.is_valid():
        with refus_dans(form):
            poste = poster(
                trouve, **form.cleaned_data, maintenant=timezone.now(), acteur=request.user
            )
            annoncer(
                request,
                "Le courrier est noté comme posté.",
                annuler=poste.poste_geste.adresse_d_annulation if poste.poste_geste else "",
            )
            return redirect("relances:courrier", creancier=request.creancier.code, pk=pk)
    return _montrer(request, trouve, poster=form)


@require_POST
@habilite(Role.ASSISTANTE)
def suivre_courrier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    trouve = _courrier(request, pk)
    form = SuivreForm(request.POST, request.FILES, courrier=trouve, au=timezone.localdate())
    if form.is_valid():
        with refus_dans(form):
            suivre(
                trouve,
                etat=EtatCourrier(form.cleaned_data["etat"]),
                le=form.cleaned_data["le"],
                preuve=form.cleaned_data["preuve"],
                acteur=request.user,
            )
            annoncer(request, "Le suivi est à jour.")
            return redirect("relances:courrier", creancier=request.creancier.code, pk=pk)
    return _montrer(request, trouve, suivre=form)


@require_POST
@habilite(Role.ASSISTANTE)
def annuler(request: RequeteHabilitee, pk: int) -> HttpResponse:
    trouve = _courrier(request, pk)
    with refus_annonce(request):
        annuler_courrier(trouve, motif="Lettre annulée avant la poste", acteur=request.user)
        annoncer(request, "La lettre est annulée ; l'étape reste à faire.")
    return redirect("relances:courrier", creancier=request.creancier.code, pk=pk)


def _courrier(request: RequeteHabilitee, pk: int) -> Courrier:
    trouve = get_object_or_404(
        Courrier.objects.pour(request.creancier).select_related(
            *("client", "document", "relance__etape"),
            *("preuve_depot", "avis_reception"),
        ),
        pk=pk,
    )
    trouve.creancier = trouve.client.creancier = request.creancier
    return trouve


def _montrer(
    request: RequeteHabilitee, trouve: Courrier, **formulaires: forms.Form
) -> HttpResponse:
    aujourdhui = timezone.localdate()
    tous: dict[str, forms.Form] = {
        "poster": PosterForm(au=aujourdhui),
        "suivre": SuivreForm(courrier=trouve, au=aujourdhui),
        **formulaires,
    }
    return render(
        request,
        "relances/courrier.html",
        {
            "courrier": trouve,
            "postal": postal(
                trouve,
                a_des_suites=bool(champ_de(tous["suivre"], "etat", forms.ChoiceField).choices),
            ),
            "client": trouve.client,
            "mise_en_demeure": getattr(trouve, "mise_en_demeure", None),
            "formulaires": tous,
            "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        },
        status=422 if any(f.errors for f in tous.values()) else 200,
    )
