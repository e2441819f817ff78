"""La liste des factures : lesquelles, leurs lignes et leurs totaux."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from clients.models import Client
from clients.regles import nom_de_recherche
from factures.enums import NatureFacture
from factures.models import Facture, FactureQuerySet, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.saisies.lisible import entier
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_montant

JOURS_ANCIENNES = 90


@dataclass(frozen=True, slots=True)
class LigneFacture:
    """Une facture telle que la liste la montre ; `raison` : pourquoi rien ne part d'elle."""

    facture: Facture
    retard: int
    raison: str
    montant: Decimal
    solde: Decimal

    @property
    def est_un_acompte(self) -> bool:
        return self.facture.nature == NatureFacture.ACOMPTE


def sommes(factures: QuerySet[Facture]) -> dict[str, Any]:
    """Les avoirs viennent en moins."""
    avoir, creance = Q(est_avoir=True), Q(est_avoir=False)
    lues = factures.aggregate(
        nombre=Count("pk"),
        clients=Count("client", distinct=True),
        ttc=Sum("montant_ttc", filter=creance, default=ZERO),
        ttc_avoirs=Sum("montant_ttc", filter=avoir, default=ZERO),
        du=Sum("solde", filter=creance, default=ZERO),
        du_avoirs=Sum("solde", filter=avoir, default=ZERO),
    )
    return {
        "nombre": lues["nombre"],
        "clients": lues["clients"],
        "montant": arrondir(lues["ttc"] - lues["ttc_avoirs"]),
        "solde": arrondir(lues["du"] - lues["du_avoirs"]),
    }


def factures_de_cet_etat(factures: FactureQuerySet, etat: str, *, au: date) -> FactureQuerySet:
    match etat:
        case "echues":
            return factures.ouvertes().echues(au=au)
        case "a_echoir":
            return factures.ouvertes().a_echoir(au=au)
        case "anciennes":
            return factures.ouvertes().echues(au=au - timedelta(days=JOURS_ANCIENNES))
        case "litige":
            return factures.ouvertes().filter(
                Exists(Litige.objects.ouverts().filter(facture=OuterRef("pk")))
            )
        case "soldees":
            return factures.creances().filter(solde=0)
        case "avoirs":
            return factures.avoirs()
        case "toutes":
            return factures
    return factures.ouvertes()


def lignes_de(creancier: Creancier, factures: FactureQuerySet) -> FactureQuerySet:
    """Ce qu'il faut pour montrer les lignes : le client et le litige ouvert, rien d'autre."""
    litiges = Litige.objects.pour(creancier).ouverts()
    # Le greffon prend pour un champ ce que le modèle ne fait que typer.
    return (
        factures.select_related("client")  # type: ignore[no-redef]
        .prefetch_related(Prefetch("litiges", queryset=litiges, to_attr="litiges_ouverts"))
        .fetch_mode(models.FETCH_RAISE)
    )


def en_ligne(facture: Facture, *, au: date) -> LigneFacture:
    signe = -1 if facture.est_avoir else 1
    due = not facture.est_avoir and facture.solde > 0
    return LigneFacture(
        facture,
        facture.jours_de_retard(au=au) if due else 0,
        _raison(facture, au=au) if due else "",
        signe * facture.montant_ttc,
        signe * facture.solde,
    )


def comptes(creancier: Creancier, *, au: date) -> dict[str, int]:
    """Les nombres des onglets qui se lisent sur l'index des factures ouvertes."""
    nombres = (
        Facture.objects.pour(creancier)
        .ouvertes()
        .aggregate(
            ouvertes=Count("pk"),
            echues=Count("pk", filter=Q(date_echeance__lt=au)),
            a_echoir=Count("pk", filter=Q(date_echeance__gte=au)),
            anciennes=Count("pk", filter=Q(date_echeance__lt=au - timedelta(days=JOURS_ANCIENNES))),
        )
    )
    return {"": nombres.pop("ouvertes"), **nombres}


def client_designe(creancier: Creancier, texte: str | None) -> Client | None:
    """Celui que nomme « ?client= », chez ce créancier."""
    pk = entier(texte)
    return None if pk is None else Client.objects.pour(creancier).filter(pk=pk).first()


def cherchant(texte: str) -> Q:
    """Par numéro, objet, client ou montant."""
    trouve = Q(numero__icontains=texte) | Q(libelle__icontains=texte)
    if nom := nom_de_recherche(texte):
        trouve |= Q(client__nom_recherche__contains=nom)
    try:
        montant = lire_montant(texte)
    except ValeurRefusee:
        return trouve
    return trouve if montant is None else trouve | Q(montant_ttc=montant) | Q(solde=montant)


def _raison(facture: Facture, *, au: date) -> str:
    client = facture.client
    if facture.contentieux_depuis:
        return "Au contentieux"
    if client.procedure_collective_le:
        return "Procédure collective"
    litiges: list[Litige] = facture.litiges_ouverts
    if litiges:
        return f"Litige : {litiges[0].get_motif_display().lower()}"
    if client.est_suspendu(au=au):
        return "Relances suspendues"
    return ""
