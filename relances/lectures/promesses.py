"""La liste des promesses : en cours, non tenues, closes, et leur somme."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date
from relances.models import Promesse

VUES = {
    "": "En cours",
    "en_retard": "Sans règlement à la date",
    "tenues": "Tenues",
    "rompues": "Non tenues",
    "toutes": "Toutes",
}
COLONNES = ("Client", "Montant", "Pour le", "Promis le", "Par", "Issue", "Close le", "Note")


@dataclass(frozen=True, slots=True)
class CriteresPromesses:
    vue: str = ""
    texte: str = ""
    du: date | None = None
    jusqu_au: date | None = None

    @classmethod
    def lire(cls, parametres) -> "CriteresPromesses":
        vue = parametres.get("vue", "")
        return cls(
            vue=vue if vue in VUES else "",
            texte=parametres.get("q", "").replace("\x00", "").strip()[:100],
            du=_date(parametres.get("du")),
            jusqu_au=_date(parametres.get("au")),
        )

    @property
    def titre(self) -> str:
        return VUES[self.vue]

    @property
    def ordre(self) -> tuple[str, ...]:
        return ("pour_le", "pk") if self.vue in ("", "en_retard") else ("-pour_le", "-pk")

    @property
    def sont_actifs(self) -> bool:
        return bool(self.texte or self.du or self.jusqu_au)


@dataclass(frozen=True, slots=True)
class TotauxPromesses:
    nombre: int
    montant: Decimal

    @classmethod
    def de(cls, promesses: QuerySet[Promesse]) -> "TotauxPromesses":
        sommes = promesses.aggregate(nombre=Count("pk"), montant=Sum("montant", default=ZERO))
        return cls(sommes["nombre"], arrondir(sommes["montant"]))


def promesses_filtrees(
    creancier: Creancier, criteres: CriteresPromesses, *, au: date
) -> QuerySet[Promesse]:
    promesses = Promesse.objects.pour(creancier)
    match criteres.vue:
        case "":
            promesses = promesses.en_cours()
        case "en_retard":
            promesses = promesses.rompues(au=au)
        case "tenues":
            promesses = promesses.filter(close_le__isnull=False, est_tenue=True)
        case "rompues":
            promesses = promesses.filter(close_le__isnull=False, est_tenue=False)
    if criteres.du:
        promesses = promesses.filter(pour_le__gte=criteres.du)
    if criteres.jusqu_au:
        promesses = promesses.filter(pour_le__lte=criteres.jusqu_au)
    if criteres.texte:
        clients = Client.objects.pour(creancier).cherchant(criteres.texte)
        promesses = promesses.filter(client__in=clients.values("pk"))
    return promesses.select_related("client", "auteur")


def issue_de(promesse: Promesse) -> str:
    if promesse.close_le is None:
        return "En cours"
    if promesse.est_tenue is None:
        return "Remplacée"
    return "Tenue" if promesse.est_tenue else "Non tenue"


def lignes_export(promesses: QuerySet[Promesse]) -> Iterator[tuple]:
    for promesse in promesses.iterator(chunk_size=1000):
        yield (
            *(promesse.client.nom, promesse.montant, promesse.pour_le, promesse.faite_le),
            *(promesse.auteur.nom_court, issue_de(promesse), promesse.close_le, promesse.note),
        )


def _date(texte: str | None) -> date | None:
    try:
        return lire_date((texte or "").replace("\x00", ""))
    except ValeurRefusee:
        return None
