"""La liste des règlements : ce qui est entré, ligne à ligne, et sa somme."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from clients.models import Client
from factures.enums import Moyen
from factures.models import Encaissement, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date, lire_montant

VUES = {
    "": "Argent reçu",
    "disponible": "Reste à imputer",
    "annules": "Annulés",
    "avoirs": "Avoirs imputés",
    "tous": "Tous",
}
TRIS = {
    "recu": ("recu_le",),
    "-recu": ("-recu_le",),
    "client": ("client__nom_recherche", "-recu_le"),
    "-client": ("-client__nom_recherche", "-recu_le"),
    "montant": ("montant",),
    "-montant": ("-montant",),
}
TRI_INITIAL = "-recu"
COLONNES = (
    *("Reçu le", "Client", "Code client", "Moyen", "Référence", "Factures"),
    *("Montant", "Reste à imputer", "Annule", "Note"),
)


@dataclass(frozen=True, slots=True)
class CriteresReglements:
    """Les filtres lus dans l'adresse ; une valeur inconnue ne filtre pas."""

    vue: str = ""
    texte: str = ""
    moyen: str = ""
    du: date | None = None
    jusqu_au: date | None = None
    tri: str = TRI_INITIAL

    @classmethod
    def lire(cls, parametres: Mapping[str, str]) -> "CriteresReglements":
        vue, moyen = parametres.get("vue", ""), parametres.get("moyen", "")
        tri = parametres.get("tri", TRI_INITIAL)
        return cls(
            vue=vue if vue in VUES else "",
            texte=parametres.get("q", "").replace("\x00", "").strip()[:100],
            moyen=moyen if moyen in Moyen.values else "",
            du=_date(parametres.get("du")),
            jusqu_au=_date(parametres.get("au")),
            tri=tri if tri in TRIS else TRI_INITIAL,
        )

    @property
    def ordre(self) -> tuple[str, ...]:
        return TRIS[self.tri]

    @property
    def sont_actifs(self) -> bool:
        return bool(self.texte or self.moyen or self.du or self.jusqu_au)

    @property
    def titre(self) -> str:
        return VUES[self.vue]

    @property
    def libelle_moyen(self) -> str:
        return Moyen(self.moyen).label if self.moyen else ""


@dataclass(frozen=True, slots=True)
class TotauxReglements:
    nombre: int
    montant: Decimal
    disponible: Decimal

    @classmethod
    def de(cls, reglements: QuerySet[Encaissement]) -> "TotauxReglements":
        sommes = reglements.aggregate(
            nombre=Count("pk"),
            montant=Sum("montant", default=ZERO),
            disponible=Sum("disponible", default=ZERO),
        )
        return cls(sommes["nombre"], arrondir(sommes["montant"]), arrondir(sommes["disponible"]))


def reglements_filtres(
    creancier: Creancier, criteres: CriteresReglements
) -> QuerySet[Encaissement]:
    """Les contre-écritures restent, en moins : la somme est celle du tableau de bord."""
    reglements = Encaissement.objects.pour(creancier)
    match criteres.vue:
        case "":
            reglements = reglements.d_argent()
        case "disponible":
            reglements = reglements.valables().filter(disponible__gt=0)
        case "annules":
            reglements = reglements.filter(annule__isnull=False)
        case "avoirs":
            reglements = reglements.filter(moyen__in=[Moyen.AVOIR, Moyen.COMPENSATION])
    if criteres.moyen:
        reglements = reglements.filter(moyen=criteres.moyen)
    if criteres.du:
        reglements = reglements.filter(recu_le__gte=criteres.du)
    if criteres.jusqu_au:
        reglements = reglements.filter(recu_le__lte=criteres.jusqu_au)
    if criteres.texte:
        reglements = reglements.filter(_cherchant(creancier, criteres.texte))
    return reglements


def lignes_de_reglement(
    creancier: Creancier, reglements: QuerySet[Encaissement]
) -> QuerySet[Encaissement]:
    imputations = Imputation.objects.pour(creancier).select_related("facture").order_by("pk")
    return reglements.select_related("client", "contre_ecriture").prefetch_related(
        Prefetch("imputations", queryset=imputations)
    )


def lignes_export(
    creancier: Creancier, reglements: QuerySet[Encaissement]
) -> Iterator[tuple[Any, ...]]:
    for recu in lignes_de_reglement(creancier, reglements).iterator(chunk_size=1000):
        yield (
            *(recu.recu_le, recu.client.nom, recu.client.code),
            *(recu.get_moyen_display(), recu.reference),
            ", ".join(part.facture.numero for part in recu.imputations.all()),
            *(recu.montant, recu.disponible),
            *(recu.motif_annulation, recu.note),
        )


def _cherchant(creancier: Creancier, texte: str) -> Q:
    clients = Client.objects.pour(creancier).cherchant(texte)
    trouve = Q(reference__icontains=texte) | Q(client__in=clients.values("pk"))
    try:
        montant = lire_montant(texte)
    except ValeurRefusee:
        montant = None
    return trouve if montant is None else trouve | Q(montant=montant)


def _date(texte: str | None) -> date | None:
    try:
        return lire_date((texte or "").replace("\x00", ""))
    except ValeurRefusee:
        return None
