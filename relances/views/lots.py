from collections.abc import Callable

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from factures.models import Facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.formats import pluriel
from recouvrement.socle.listes import Liste
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import annoncer_un_refus, refus_a_montrer
from recouvrement.socle.saisies.lisible import entiers
from relances.actions import decisions
from relances.actions.courriers import ecrire_hors_scenario, preparer_lettre
from relances.enums import Canal
from relances.forms.lot import LettresForm
from relances.forms.relance import RetenirForm
from relances.lectures.lots import (
    ETATS_DU_GESTE,
    LOT_MAXIMUM,
    PREPARER,
    REPORTER,
    RETENIR,
    VALIDER,
    Ligne,
    Lot,
    lot_de_lettres,
    lot_de_relances,
)
from relances.listes.relances import ECARTEES, LigneRelance, liste_des_relances
from relances.models import Relance

TITRES = {
    VALIDER: ("Laisser partir", "Valider", "Elles partiront aux prochaines heures d'envoi."),
    REPORTER: ("Reporter", "Reporter", "Elles reviendront au prochain jour ouvré."),
    RETENIR: (
        "Retenir",
        "Retenir",
        "Elles ne partiront pas, et leur étape ne sera pas proposée à nouveau.",
    ),
    PREPARER: ("Préparer les lettres", "Préparer", "Elles seront scellées, prêtes à imprimer."),
}


@require_POST
@habilite(Role.ASSISTANTE)
def relances(request: RequeteHabilitee) -> HttpResponse:
    """Un geste sur plusieurs relances : l'aperçu d'abord, puis le geste."""
    geste = request.POST.get("geste", "")
    if geste not in ETATS_DU_GESTE:
        raise Http404
    lot = lot_de_relances(request.creancier, _choisies(request), geste=geste)
    confirme = "confirme" in request.POST
    motif = RetenirForm(request.POST if confirme and geste == RETENIR else None)
    retour = _retour(request)
    if not lot.retenues and not lot.ecartees:
        annoncer_un_refus(request, "Cochez d'abord des relances.")
        return redirect(retour)
    if confirme and (geste != RETENIR or motif.is_valid()):
        le_motif = motif.cleaned_data["motif"] if geste == RETENIR else ""
        faites, refus = _appliquer(lot.retenues, _geste(request, geste, le_motif))
        _dire(request, faites, "relance traitée,relances traitées", refus)
        return redirect(retour)
    titre, bouton, suite = TITRES[geste]
    contexte = {
        "lot": lot,
        "geste": geste,
        "titre": titre,
        "bouton": bouton,
        "suite": suite,
        "phrase": lot.phrase("relance"),
        "motif": motif if geste == RETENIR else None,
        "retour": retour,
        "vue": request.POST.get("vue", ""),
    }
    statut = 422 if motif.errors else 200
    return render(request, "relances/lot.html", contexte, status=statut)


def _choisies(request: RequeteHabilitee) -> QuerySet[Relance]:
    """Celles cochées, ou toute la liste telle qu'elle est filtrée."""
    siennes: QuerySet[Relance] = Relance.objects.pour(request.creancier)
    if "tout" in request.POST and "confirme" not in request.POST:
        declaree = _liste(request)
        criteres = declaree.lire(request.POST)
        if criteres.onglet == ECARTEES:
            raise Http404
        siennes = declaree.selection(criteres)
    else:
        siennes = siennes.filter(pk__in=_numeros(request, "relance"))
    return siennes.select_related("creancier", "client__creancier", "etape", "envoi").order_by(
        "prevue_le", "pk"
    )[:LOT_MAXIMUM]


def _geste(request: RequeteHabilitee, geste: str, motif: str) -> Callable[[Ligne], object]:
    maintenant, acteur = timezone.now(), request.user
    au = timezone.localdate(maintenant)
    return {
        VALIDER: lambda x: decisions.valider(x.relance, maintenant=maintenant, acteur=acteur),
        REPORTER: lambda x: decisions.reporter(x.relance, au=au, acteur=acteur),
        RETENIR: lambda x: decisions.annuler(x.relance, motif=motif, acteur=acteur),
        PREPARER: lambda x: preparer_lettre(x.relance, maintenant=maintenant, acteur=acteur),
    }[geste]


@require_POST
@habilite(Role.ASSISTANTE)
def lettres(request: RequeteHabilitee) -> HttpResponse:
    """Des factures cochées, une lettre à chaque client : l'aperçu, puis les lettres."""
    maintenant = timezone.now()
    au = timezone.localdate(maintenant)
    factures = (
        Facture.objects.pour(request.creancier)
        .filter(pk__in=_numeros(request, "facture"))
        .select_related("client")
        .order_by("client__nom_recherche", "date_echeance", "pk")[:LOT_MAXIMUM]
    )
    lot: Lot = lot_de_lettres(request.creancier, factures, au=au)
    if not lot.retenues and not lot.ecartees:
        annoncer_un_refus(request, "Cochez d'abord des factures.")
        return redirect("factures:liste", creancier=request.creancier.code)
    form = LettresForm(request.POST if "confirme" in request.POST else None)
    if form.is_valid():
        lu = form.cleaned_data

        def ecrire(ligne: Ligne) -> None:
            relance = ecrire_hors_scenario(
                ligne.client,
                canal=Canal.RECOMMANDE if lu["recommande"] else Canal.COURRIER,
                factures=ligne.factures,
                sujet=lu["sujet"],
                texte=lu["texte"],
                le=au,
                acteur=request.user,
            )
            preparer_lettre(relance, maintenant=maintenant, acteur=request.user)

        faites, refus = _appliquer(lot.retenues, ecrire)
        _dire(request, faites, "lettre préparée,lettres préparées", refus)
        return redirect("relances:courriers", creancier=request.creancier.code)
    contexte = {"lot": lot, "form": form, "phrase": lot.phrase("lettre")}
    return render(
        request, "relances/lot_lettres.html", contexte, status=422 if form.errors else 200
    )


def _liste(request: RequeteHabilitee) -> Liste[Relance, LigneRelance]:
    return liste_des_relances(request.creancier, au=timezone.localdate())


def _numeros(request: RequeteHabilitee, nom: str) -> list[int]:
    return entiers(request.POST.getlist(nom)[:LOT_MAXIMUM])


def _appliquer(
    lignes: list[Ligne], geste: Callable[[Ligne], object]
) -> tuple[int, list[tuple[Ligne, str]]]:
    """Une à une : ce qu'une refuse n'empêche pas les autres."""
    faites, refus = 0, []
    for ligne in lignes:
        with refus_a_montrer() as refuse:
            geste(ligne)
            faites += 1
        if refuse.phrase:
            refus.append((ligne, refuse.phrase))
    return faites, refus


def _dire(request: RequeteHabilitee, faites: int, mot: str, refus: list[tuple[Ligne, str]]) -> None:
    if faites or not refus:
        annoncer(request, f"{pluriel(faites, mot)}.")
    for ligne, raison in refus[:5]:
        annoncer_un_refus(request, f"{ligne.client} : {raison}")
    if len(refus) > 5:
        annoncer_un_refus(request, f"et {len(refus) - 5} autres refus.")


def _retour(request: RequeteHabilitee) -> str:
    vue = _liste(request).lire(request.POST).onglet
    return reverse("relances:liste", args=[request.creancier.code]) + f"?vue={vue}"
