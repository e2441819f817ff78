"""Le droit d'une facture : jusqu'à quand la réclamer, son délai, ses mentions."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from factures.actions.prescription import choisir_duree, declarer_non_avenu, enregistrer_acte
from factures.actions.verification import verifier_facture
from factures.forms.droit import ActeForm, DureeForm, NonAvenuForm, VerificationForm
from factures.lectures.prescription import (
    PrescriptionFacture,
    duree_de_la_facture,
    prescriptions,
)
from factures.lectures.verification import constats
from factures.models import EvenementPrescription, Facture
from factures.views.commun import la_facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.droit.prescription import Duree, EtapePrescription
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans


@require_GET
@habilite(Role.LECTURE)
def droit(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _page(request, la_facture(request, pk))


@require_POST
@habilite(Role.ASSISTANTE)
def acte(request: RequeteHabilitee, pk: int) -> HttpResponse:
    facture = la_facture(request, pk)
    form = ActeForm(request.POST, facture=facture)
    if form.is_valid():
        with refus_dans(form):
            enregistre = enregistrer_acte(
                facture, au=timezone.localdate(), acteur=request.user, **form.cleaned_data
            )
            annoncer(request, f"{enregistre} : enregistré.")
            return redirect("factures:droit", request.creancier.code, facture.pk)
    return _page(request, facture, acte=form)


@require_POST
@habilite(Role.ASSISTANTE)
def non_avenu(request: RequeteHabilitee, pk: int) -> HttpResponse:
    evenement = get_object_or_404(EvenementPrescription.objects.pour(request.creancier), pk=pk)
    facture = la_facture(request, evenement.facture_id)
    evenement.creancier = request.creancier
    form = NonAvenuForm(request.POST)
    with refus_a_montrer() as refus:
        motif = form.cleaned_data["motif"] if form.is_valid() else ""
        declarer_non_avenu(evenement, motif=motif, acteur=request.user)
        annoncer(request, "L'acte est déclaré sans effet ; il reste lisible.")
        return redirect("factures:droit", request.creancier.code, facture.pk)
    return _page(request, facture, refus=refus.phrase)


@require_POST
@habilite(Role.ASSISTANTE)
def duree(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Transport, télécommunications… : la durée que commande l'objet de la facture."""
    facture = la_facture(request, pk)
    form = DureeForm(request.POST, facture=facture)
    if form.is_valid():
        with refus_dans(form):
            choisir_duree(facture, acteur=request.user, **form.cleaned_data)
            annoncer(request, "La durée est enregistrée.")
            return redirect("factures:droit", request.creancier.code, facture.pk)
    return _page(request, facture, choix=form)


@require_POST
@habilite(Role.ASSISTANTE)
def verifier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    facture = la_facture(request, pk)
    form = VerificationForm(request.POST, facture=facture)
    if form.is_valid():
        verifier_facture(facture, acteur=request.user, **form.cleaned_data)
        annoncer(request, "La vérification est enregistrée.")
        return redirect("factures:droit", request.creancier.code, facture.pk)
    return _page(request, facture, verification=form)


def _page(
    request: RequeteHabilitee,
    facture: Facture,
    *,
    acte: ActeForm | None = None,
    verification: VerificationForm | None = None,
    choix: DureeForm | None = None,
    refus: str = "",
) -> HttpResponse:
    au = timezone.localdate()
    prescription = prescriptions([facture]).get(facture.pk)
    contexte = {
        "facture": facture,
        "client": facture.client,
        "au": au,
        "prescription": prescription,
        "phrase": prescription.phrase(au=au) if prescription else "",
        "ton": prescription.ton(au=au) if prescription else "",
        "etapes": _etapes(prescription),
        "publique": duree_de_la_facture(facture) is Duree.PERSONNE_PUBLIQUE,
        "constats": constats(facture),
        "acte": acte or ActeForm(facture=facture),
        "verification": verification or VerificationForm(facture=facture),
        "choix": choix or DureeForm(facture=facture),
        "refus": refus,
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
    }
    refuse = refus or acte or verification or choix
    return render(request, "factures/droit.html", contexte, status=422 if refuse else 200)


def _etapes(
    prescription: PrescriptionFacture | None,
) -> list[tuple[EvenementPrescription | None, EtapePrescription]]:
    """Ce que le droit a fait de chaque acte, et l'acte saisi ; sans acte : lu dans une décision."""
    if prescription is None:
        return []
    # Le droit les range comme la lecture, à l'ordre du même jour près : on les retrouve par valeur.
    restants = list(prescription.actes)
    paires: list[tuple[EvenementPrescription | None, EtapePrescription]] = []
    for etape in prescription.calcul.etapes:
        vu = etape.evenement
        cle = (vu.acte.name, vu.le, vu.preuve)
        saisi = next((a for a in restants if (a.acte, a.le, a.preuve) == cle), None)
        if saisi is not None:
            restants.remove(saisi)
        paires.append((saisi, etape))
    return paires
