"""Ce que doit un client un jour donné : à l'écran, en PDF scellé, en tableur."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clients.models import Client
from factures.actions.decomptes import NATURE_DECOMPTE, sceller_decompte
from factures.forms.decompte import DecompteForm
from factures.lectures.arrete import factures_dues
from factures.lectures.decompte import (
    DecompteClient,
    decompte_client,
    des_reglees,
)
from factures.lectures.ecritures import CompteDeFacture, comptes
from factures.lectures.faveur import Deduite, deduites_de
from factures.views.commun import le_client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.models import Document
from recouvrement.documents.reponses import exportation, repondre_document, repondre_fichier
from recouvrement.socle import formats
from recouvrement.socle.montants import ZERO
from recouvrement.socle.pages.refus import refus_a_montrer
from recouvrement.socle.tableur.ecriture import TYPE_XLSX, Valeur, classeur

COLONNES = (
    *("Facture", "Ligne", "Date", "Du", "Au", "Jours", "Assiette (€)"),
    *("Taux (%)", "Fondement", "Montant (€)"),
)


@dataclass(frozen=True, slots=True)
class Demande:
    form: DecompteForm
    au: date
    soldees: bool
    facture: int | None
    decompte: DecompteClient
    deduites: tuple[Deduite, ...]

    @property
    def net(self) -> Decimal:
        """Le total, moins ce que le client a en sa faveur."""
        return self.decompte.total - sum((d.montant for d in self.deduites), ZERO)


@require_GET
@habilite(Role.LECTURE)
def decompte(request: RequeteHabilitee, pk: int) -> HttpResponseBase:
    client = le_client(request, pk)
    demande = _demande(client, request.GET)
    if request.GET.get("format") == "xlsx":
        return _exporter(request, client, demande)
    return _page(request, client, demande)


@exportation
def _exporter(request: RequeteHabilitee, client: Client, demande: "Demande") -> HttpResponse:
    nom = f"decompte-{client.pk}-{demande.au:%Y-%m-%d}.xlsx"
    return repondre_fichier(_en_xlsx(demande), nom, TYPE_XLSX)


@require_POST
@habilite(Role.ASSISTANTE)
def sceller_le_decompte(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Un exemplaire daté, gardé à l'octet près."""
    client = le_client(request, pk)
    demande = _demande(client, request.POST)
    if demande.form.errors:
        return _page(request, client, demande)
    with refus_a_montrer() as refus:
        document = sceller_decompte(
            client, decompte=demande.decompte, deduites=demande.deduites,
            maintenant=timezone.now(), acteur=request.user,
        )  # fmt: skip
        return redirect(
            "factures:decompte_document", creancier=request.creancier.code, pk=client.pk,
            document=document.pk,
        )  # fmt: skip
    return _page(request, client, demande, refus=refus.phrase)


@require_GET
@habilite(Role.LECTURE)
def document(request: RequeteHabilitee, pk: int, document: int) -> HttpResponse:
    scelle = get_object_or_404(_scelles(request, le_client(request, pk)), pk=document)
    return repondre_document(scelle, piece_jointe="telecharger" in request.GET)


def _demande(client: Client, donnees: QueryDict) -> Demande:
    aujourdhui = timezone.localdate()
    donnees = donnees.copy()
    donnees["au"] = donnees.get("au") or aujourdhui.isoformat()
    form = DecompteForm(donnees, client=client)
    form.is_valid()
    lu = form.cleaned_data
    au, facture = lu.get("au") or aujourdhui, lu.get("facture")
    if facture is not None:
        facture.creancier, facture.client = client.creancier, client
        factures = [facture]
    else:
        factures = factures_dues(client, au=au, soldees=lu.get("soldees", False))
    calcul = decompte_client(client, au=au, factures=factures)
    if facture is None:
        calcul = calcul.seulement(lambda ligne: not ligne.est_eteinte)
    return Demande(
        form=form,
        au=au,
        soldees=lu.get("soldees", False),
        facture=facture.pk if facture else None,
        decompte=calcul,
        deduites=deduites_de(client, [ligne.facture for ligne in calcul.lignes], au=au),
    )


def _page(
    request: RequeteHabilitee, client: Client, demande: Demande, *, refus: str = ""
) -> HttpResponse:
    reglees = trop_recu = None
    if not demande.soldees and demande.facture is None and not demande.decompte.refus:
        payees = des_reglees(client, au=demande.au)
        reglees, trop_recu = payees.a_reclamer, payees.recu_en_trop
    return render(
        request,
        "factures/decompte.html",
        {
            "client": client,
            "demande": demande,
            "form": demande.form,
            "decompte": demande.decompte,
            "comptes": comptes(demande.decompte),
            "reglees": reglees,
            "trop_recu": trop_recu,
            "refus": refus,
            "scelles": list(_scelles(request, client)[:5]),
            "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
            "peut_decider": Role(request.habilitation.role).couvre(Role.GESTIONNAIRE),
        },
        status=422 if refus or demande.form.errors else 200,
    )


def _scelles(request: RequeteHabilitee, client: Client) -> QuerySet[Document]:
    return (
        Document.objects.pour(request.creancier)
        .filter(nature=NATURE_DECOMPTE, donnees__client=client.pk)
        .order_by("-pk")
    )


def _en_xlsx(demande: Demande) -> bytes:
    decompte = demande.decompte
    lignes = [ligne for compte in comptes(decompte) for ligne in _lignes(compte)]
    lignes.append(
        (
            "Total", f"Dû au {formats.jour(decompte.au)}", decompte.au, *[None] * 5,
            decompte.refus, decompte.total,
        )
    )  # fmt: skip
    if decompte.a_echoir:
        lignes.append(
            ("À échoir", "Dont pas encore exigible", decompte.au, *[None] * 6, decompte.a_echoir)
        )
    lignes += [
        (
            "À déduire", _en_phrase(deduite), deduite.ligne.le, *[None] * 6, -deduite.montant,
        )
        for deduite in demande.deduites
    ]  # fmt: skip
    if demande.deduites:
        lignes.append(("Net", "Net à payer", decompte.au, *[None] * 6, demande.net))
    return classeur("Décompte", COLONNES, lignes)


def _en_phrase(deduite: Deduite) -> str:
    nom = str(deduite.ligne)
    return nom[:1].upper() + nom[1:]


def _lignes(compte: CompteDeFacture) -> Iterator[tuple[Valeur, ...]]:
    for e in compte.ecritures:
        yield (
            compte.facture.reference, e.libelle, e.le, e.du, e.au, e.jours, e.assiette, e.taux,
            e.fondement, e.montant,
        )  # fmt: skip
    for phrase in compte.ligne.explications:
        yield (compte.facture.reference, phrase, *[None] * 8)
