"""La liste des relances : prévues, à valider, à faire, envoyées, arrêtées."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.http import QueryDict

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from relances.enums import Canal, EtatRelance
from relances.models import Relance, RelanceFacture

VUES: dict[str, tuple[str, tuple[EtatRelance, ...]]] = {
    "prevues": ("Prévues", (EtatRelance.PLANIFIEE,)),
    "a_valider": ("À valider", (EtatRelance.A_VALIDER,)),
    "a_faire": ("À faire", (EtatRelance.A_FAIRE,)),
    "envoyees": ("Faites", (EtatRelance.FAITE,)),
    "non_parties": ("Non parties", (EtatRelance.ECHEC, EtatRelance.INCERTAINE)),
    "annulees": ("Annulées", (EtatRelance.ANNULEE,)),
}
ECARTEES = "ecartees"
COMPTEES = ("prevues", "a_valider", "a_faire", "non_parties")
PASSEES = ("envoyees", "annulees", "non_parties")
COLONNES = (
    *("Client", "Étape", "Canal", "État", "Prévue le", "Faite le"),
    *("Destinataire", "Factures", "Montant", "Remarque"),
)
TONS = {
    EtatRelance.FAITE: "solde",
    EtatRelance.ECHEC: "demeure",
    EtatRelance.INCERTAINE: "demeure",
    EtatRelance.A_VALIDER: "accent",
    EtatRelance.A_FAIRE: "echu",
}


@dataclass(frozen=True, slots=True)
class CriteresRelances:
    vue: str = "prevues"
    canal: str = ""
    texte: str = ""

    @classmethod
    def lire(cls, requete: QueryDict) -> "CriteresRelances":
        vue, canal = requete.get("vue", "prevues"), requete.get("canal", "")
        return cls(
            vue=vue if vue in VUES or vue == ECARTEES else "prevues",
            canal=canal if canal in Canal.values else "",
            texte=requete.get("q", "").strip()[:100],
        )

    @property
    def titre(self) -> str:
        return "Écartées" if self.vue == ECARTEES else VUES[self.vue][0]

    @property
    def ordre(self) -> tuple[str, ...]:
        return ("-prevue_le", "-pk") if self.vue in PASSEES else ("prevue_le", "pk")

    @property
    def est_filtree(self) -> bool:
        return bool(self.canal or self.texte)


def relances_filtrees(creancier: Creancier, criteres: CriteresRelances) -> QuerySet[Relance]:
    relances = Relance.objects.pour(creancier).filter(etat__in=VUES[criteres.vue][1])
    if criteres.canal:
        relances = relances.filter(canal=criteres.canal)
    if criteres.texte:
        clients = Client.objects.pour(creancier).cherchant(criteres.texte)
        relances = relances.filter(client__in=clients.values("pk"))
    lignes = RelanceFacture.objects.pour(creancier).select_related("facture")
    lignes = lignes.only("relance", "facture__numero")
    return relances.select_related("client", "etape").prefetch_related(
        Prefetch("lignes", queryset=lignes.order_by("facture__date_echeance", "pk"))
    )


def comptes_par_vue(creancier: Creancier) -> dict[str, int]:
    """Ce qui attend, en une requête ; le passé ne se compte pas."""
    nombres = Relance.objects.pour(creancier).aggregate(
        **{vue: Count("pk", filter=Q(etat__in=VUES[vue][1])) for vue in COMPTEES}
    )
    return nombres


@dataclass(frozen=True, slots=True)
class TotauxRelances:
    nombre: int
    clients: int
    montant: Decimal

    @classmethod
    def de(cls, relances: QuerySet[Relance]) -> "TotauxRelances":
        sommes = relances.order_by().aggregate(
            nombre=Count("pk"),
            clients=Count("client", distinct=True),
            montant=Sum("montant", default=ZERO),
        )
        return cls(sommes["nombre"], sommes["clients"], arrondir(sommes["montant"]))


def phrase_des_factures(relance: Relance) -> str:
    numeros = [ligne.facture.numero for ligne in relance.lignes.all()]
    if len(numeros) <= 2:
        return ", ".join(numeros)
    return f"{numeros[0]} et {len(numeros) - 1} autres"


def lignes_export(relances: QuerySet[Relance]) -> Iterator[tuple[object, ...]]:
    for relance in relances.iterator(chunk_size=1000):
        yield (
            relance.client.nom,
            relance.etape.nom if relance.etape else "",
            relance.get_canal_display(),
            relance.get_etat_display(),
            relance.prevue_le,
            relance.faite_le,
            relance.destinataire,
            ", ".join(ligne.facture.numero for ligne in relance.lignes.all()),
            relance.montant,
            relance.motif,
        )
