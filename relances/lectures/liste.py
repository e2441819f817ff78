"""La liste des relances : lesquelles, combien, et pour quelles factures."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from relances.enums import Canal, EtatRelance
from relances.models import Relance, RelanceFacture

# L'onglet, et les états qu'il montre.
VUES: dict[str, tuple[EtatRelance, ...]] = {
    "prevues": (EtatRelance.PLANIFIEE,),
    "a_valider": (EtatRelance.A_VALIDER,),
    "a_faire": (EtatRelance.A_FAIRE,),
    "envoyees": (EtatRelance.FAITE,),
    "non_parties": (EtatRelance.ECHEC, EtatRelance.INCERTAINE),
    "annulees": (EtatRelance.ANNULEE,),
}
PREMIERES_MONTREES = 20
COMPTEES = ("prevues", "a_valider", "a_faire", "non_parties")
TONS: dict[str, str] = {
    EtatRelance.FAITE: "solde",
    EtatRelance.ECHEC: "demeure",
    EtatRelance.INCERTAINE: "demeure",
    EtatRelance.A_VALIDER: "accent",
    EtatRelance.A_FAIRE: "echu",
}


def avec_leurs_factures(creancier: Creancier, relances: QuerySet[Relance]) -> QuerySet[Relance]:
    lignes = RelanceFacture.objects.pour(creancier).select_related("facture")
    lignes = lignes.only("relance", "facture__numero", "facture__tranche", "facture__tranches")
    return relances.select_related("client", "etape").prefetch_related(
        Prefetch("lignes", queryset=lignes.order_by("facture__date_echeance", "pk"))
    )


def des_clients(creancier: Creancier, texte: str) -> Q:
    """Ce qui s'adresse à un client que l'on cherche."""
    return Q(client__in=Client.objects.pour(creancier).cherchant(texte).values("pk"))


def comptes_par_vue(creancier: Creancier) -> dict[str, int]:
    """Ce qui attend, en une requête ; le passé ne se compte pas."""
    return Relance.objects.pour(creancier).aggregate(
        **{vue: Count("pk", filter=Q(etat__in=VUES[vue])) for vue in COMPTEES}
    )


def sommes(relances: QuerySet[Relance]) -> dict[str, Any]:
    lues = relances.order_by().aggregate(
        nombre=Count("pk"),
        clients=Count("client", distinct=True),
        montant=Sum("montant", default=ZERO),
    )
    return lues | {"montant": arrondir(lues["montant"])}


def numeros(relance: Relance) -> list[str]:
    return [ligne.facture.reference for ligne in relance.lignes.all()]


def phrase_des_factures(numeros: list[str]) -> str:
    if len(numeros) <= 2:
        return ", ".join(numeros)
    return f"{numeros[0]} et {len(numeros) - 1} autres"


def a_partir(creancier: Creancier) -> dict[str, Any]:
    """Les courriels qui partiraient seuls : combien, pour quelle somme, et les plus gros."""
    prevus = Relance.objects.pour(creancier).filter(
        canal=Canal.COURRIEL, etat=EtatRelance.PLANIFIEE
    )
    premieres = list(
        prevus.select_related("client", "etape").order_by("-montant", "pk")[:PREMIERES_MONTREES]
    )
    lues = sommes(prevus)
    return lues | {"premieres": premieres, "autres": lues["nombre"] - len(premieres)}
