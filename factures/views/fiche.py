from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from factures.actions import enregistrer_en_tranches, enregistrer_facture, modifier_facture
from factures.erreurs import NumeroDejaPris
from factures.forms import FactureForm
from factures.lectures.fiche import fiche_facture
from factures.lectures.prescription import prescriptions
from factures.lectures.references import references_de
from factures.lectures.verification import constat_de_prescription, constats
from factures.views.commun import choisir_le_client, client_demande, la_facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans


@require_GET
@habilite(Role.LECTURE)
def detail(request: RequeteHabilitee, pk: int) -> HttpResponse:
    facture, au = la_facture(request, pk), timezone.localdate()
    prescription = prescriptions([facture]).get(facture.pk)
    contexte = {
        "facture": facture,
        "client": facture.client,
        "fiche": fiche_facture(facture, au=au),
        "references": references_de(facture),
        "au": au,
        "droit": [
            *([constat_de_prescription(prescription, au=au)] if prescription else []),
            *constats(facture),
        ],
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
    }
    return render(request, "factures/detail.html", contexte)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def nouvelle(request: RequeteHabilitee) -> HttpResponse:
    client = client_demande(request)
    if client is None:
        return choisir_le_client(request, titre="Nouvelle facture")
    form = FactureForm(request.POST or None, client=client)
    if form.is_valid():
        with refus_dans(form, _champ):
            if "echeances" in form.cleaned_data:
                champs = {n: v for n, v in form.cleaned_data.items() if n != "date_echeance"}
                premiere, *reste = enregistrer_en_tranches(
                    request.creancier, client=client, acteur=request.user, **champs
                )
                annoncer(request, f"{len(reste) + 1} échéances enregistrées.")
                return redirect(premiere)
            facture = enregistrer_facture(
                request.creancier, client=client, acteur=request.user, **form.cleaned_data
            )
            calcul = ""
            if form.echeance_calculee:
                calcul = f" Échéance au {form.convention.phrase(facture.date_emission)}."
            annoncer(request, f"{facture} enregistrée.{calcul}")
            return redirect(facture)
    contexte = {"form": form, "client": client, "facture": None}
    statut = 422 if form.errors else 200
    return render(request, "factures/formulaire.html", contexte, status=statut)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def modifier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    facture = la_facture(request, pk)
    form = FactureForm(request.POST or None, instance=facture, client=facture.client)
    if form.is_valid():
        with refus_dans(form, _champ):
            modifier_facture(facture, acteur=request.user, **form.cleaned_data)
            annoncer(request, f"{facture} modifiée.")
            return redirect("factures:detail", request.creancier.code, facture.pk)
    contexte = {"form": form, "client": facture.client, "facture": la_facture(request, pk)}
    statut = 422 if form.errors else 200
    return render(request, "factures/formulaire.html", contexte, status=statut)


def _champ(erreur: ErreurMetier) -> str | None:
    return "numero" if isinstance(erreur, NumeroDejaPris) else None
