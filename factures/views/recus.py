from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from factures.actions.recus import NATURE_RECU, sceller_recu
from factures.lectures.recu import recu_du_reglement
from factures.listes.reglements import liste_des_reglements
from factures.models import Encaissement
from factures.views.commun import l_encaissement
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.models import Document
from recouvrement.documents.reponses import exportation, repondre_document
from recouvrement.socle.listes import emporter, montrer
from recouvrement.socle.pages.refus import refus_annonce


@require_GET
@habilite(Role.LECTURE)
def liste(request: RequeteHabilitee) -> HttpResponse:
    peut_ecrire = Role(request.habilitation.role).couvre(Role.ASSISTANTE)
    declaree = liste_des_reglements(
        request.creancier, au=timezone.localdate(), peut_ecrire=peut_ecrire
    )
    contexte = {"liste": montrer(declaree, request.GET), "peut_ecrire": peut_ecrire}
    return render(request, "factures/reglements.html", contexte)


@require_GET
@habilite(Role.LECTURE)
@exportation
def exporter(request: RequeteHabilitee, genre: str) -> HttpResponseBase:
    declaree = liste_des_reglements(request.creancier, au=timezone.localdate())
    return emporter(request, declaree, genre)


@require_GET
@habilite(Role.LECTURE)
def recu(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Ce qu'un règlement a payé, facture par facture."""
    encaissement = l_encaissement(request, pk)
    contexte = {
        "encaissement": encaissement,
        "client": encaissement.client,
        "recu": recu_du_reglement(encaissement),
        "contre_ecriture": encaissement.annulation,
        "scelles": list(_scelles(encaissement)[:5]),
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
    }
    return render(request, "factures/recu.html", contexte)


@require_POST
@habilite(Role.ASSISTANTE)
def sceller_le_recu(request: RequeteHabilitee, pk: int) -> HttpResponse:
    encaissement = l_encaissement(request, pk)
    suite = encaissement.get_absolute_url()
    with refus_annonce(request):
        scelle = sceller_recu(
            recu_du_reglement(encaissement), maintenant=timezone.now(), acteur=request.user
        )
        suite = reverse(
            "factures:recu_document", args=[request.creancier.code, encaissement.pk, scelle.pk]
        )
    return redirect(suite)


@require_GET
@habilite(Role.LECTURE)
def document(request: RequeteHabilitee, pk: int, document: int) -> HttpResponse:
    scelle = get_object_or_404(_scelles(l_encaissement(request, pk)), pk=document)
    return repondre_document(scelle, piece_jointe="telecharger" in request.GET)


def _scelles(encaissement: Encaissement) -> QuerySet[Document]:
    return (
        Document.objects.pour(encaissement.creancier)
        .filter(nature=NATURE_RECU, donnees__encaissement=encaissement.pk)
        .order_by("-pk")
    )
