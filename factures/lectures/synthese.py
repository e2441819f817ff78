"""Les chiffres du tableau de bord, agrégés par la base."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Greatest, TruncMonth

from clients.models import Client
from factures.models import Encaissement, Facture, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir

# Clé, libellé, retard le plus long (None : sans borne).
TRANCHES: tuple[tuple[str, str, int | None], ...] = (
    ("a_echoir", "Non échu", 0),
    ("j30", "1 à 30 jours", 30),
    ("j60", "31 à 60 jours", 60),
    ("j90", "61 à 90 jours", 90),
    ("j180", "91 à 180 jours", 180),
    ("plus", "Plus de 180 jours", None),
)


@dataclass(frozen=True, slots=True)
class Tranche:
    cle: str
    libelle: str
    nombre: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Debiteur:
    client: Client
    nombre: int
    total: Decimal
    echu: Decimal
    retard: int


@dataclass(frozen=True, slots=True)
class MoisEncaisse:
    mois: date
    total: Decimal


@dataclass(frozen=True, slots=True)
class Chiffres:
    """`encaisse` : l'argent entré depuis le premier du mois, contre-écritures déduites."""

    encours: Decimal
    nombre: int
    clients: int
    echu: Decimal
    nombre_echues: int
    clients_en_retard: int
    encaisse: Decimal


@dataclass(frozen=True, slots=True)
class Evolution:
    """Une valeur par mois, à la fin de chacun (au jour dit pour le dernier)."""

    mois: list[date]
    encours: list[Decimal]
    echu: list[Decimal]
    encaisse: list[Decimal]


def bornes_de_tranche(cle: str, *, au: date) -> Q:
    """Les échéances d'une tranche : la même condition pour la balance et pour la liste."""
    rang = next(rang for rang, tranche in enumerate(TRANCHES) if tranche[0] == cle)
    condition = Q()
    if (fin := TRANCHES[rang][2]) is not None:
        condition &= Q(date_echeance__gte=au - timedelta(days=fin))
    if rang and (debut := TRANCHES[rang - 1][2]) is not None:
        condition &= Q(date_echeance__lt=au - timedelta(days=debut))
    return condition


def balance_agee(creanciers: Sequence[Creancier], *, au: date) -> list[Tranche]:
    """Ce qui reste dû par ancienneté, en une requête ; les tranches vides comprises."""
    return ensemble(balances_agees(creanciers, au=au).values())


def balances_agees(creanciers: Sequence[Creancier], *, au: date) -> dict[int, list[Tranche]]:
    """La balance de chaque créancier, en une requête pour tous."""
    cas = [When(bornes_de_tranche(cle, au=au), then=Value(cle)) for cle, _, _ in TRANCHES]
    lignes = (
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .values("creancier", anciennete=Case(*cas, output_field=CharField()))
        .annotate(nombre=Count("pk"), total=Sum("solde"))
    )
    vues = {(ligne["creancier"], ligne["anciennete"]): ligne for ligne in lignes}
    return {
        creancier.pk: [
            Tranche(cle, libelle, ligne["nombre"], arrondir(ligne["total"]))
            if (ligne := vues.get((creancier.pk, cle)))
            else Tranche(cle, libelle, 0, ZERO)
            for cle, libelle, _ in TRANCHES
        ]
        for creancier in creanciers
    }


def ensemble(balances: Iterable[list[Tranche]]) -> list[Tranche]:
    """La somme de plusieurs balances, tranche à tranche."""
    colonnes = list(zip(*balances, strict=True)) or [()] * len(TRANCHES)
    return [
        Tranche(cle, libelle, sum(t.nombre for t in siennes), sum((t.total for t in siennes), ZERO))
        for (cle, libelle, _), siennes in zip(TRANCHES, colonnes, strict=True)
    ]


def plus_gros_debiteurs(
    creanciers: Sequence[Creancier], *, au: date, combien: int
) -> list[Debiteur]:
    """Ceux qui doivent le plus d'échu ; l'encours départage."""
    echue = Q(date_echeance__lt=au)
    lignes = list(
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .values("client")
        .annotate(
            nombre=Count("pk"),
            total=Sum("solde"),
            echu=Sum("solde", filter=echue, default=ZERO),
            plus_ancienne=Min("date_echeance"),
        )
        .order_by("-echu", "-total", "client")[:combien]
    )
    clients = (
        Client.objects.parmi(creanciers)
        .select_related("creancier")
        .in_bulk([ligne["client"] for ligne in lignes])
    )
    return [
        Debiteur(
            clients[ligne["client"]],
            ligne["nombre"],
            arrondir(ligne["total"]),
            arrondir(ligne["echu"]),
            max((au - ligne["plus_ancienne"]).days, 0),
        )
        for ligne in lignes
    ]


def chiffres(creanciers: Sequence[Creancier], *, au: date) -> Chiffres:
    echue = Q(date_echeance__lt=au)
    dus = (
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .aggregate(
            encours=Sum("solde", default=ZERO),
            nombre=Count("pk"),
            clients=Count("client", distinct=True),
            echu=Sum("solde", filter=echue, default=ZERO),
            nombre_echues=Count("pk", filter=echue),
            clients_en_retard=Count("client", filter=echue, distinct=True),
        )
    )
    recu = (
        Encaissement.objects.parmi(creanciers)
        .d_argent()
        .filter(recu_le__gte=au.replace(day=1), recu_le__lte=au)
        .aggregate(total=Sum("montant", default=ZERO))
    )
    dus |= {"encours": arrondir(dus["encours"]), "echu": arrondir(dus["echu"])}
    return Chiffres(**dus, encaisse=arrondir(recu["total"]))


def encaisse_du_mois(creanciers: Sequence[Creancier], *, au: date) -> dict[int, Decimal]:
    """L'argent entré depuis le premier du mois, créancier par créancier."""
    lignes = (
        Encaissement.objects.parmi(creanciers)
        .d_argent()
        .filter(recu_le__gte=au.replace(day=1), recu_le__lte=au)
        .order_by()
        .values("creancier")
        .annotate(total=Sum("montant"))
    )
    return {ligne["creancier"]: arrondir(ligne["total"]) for ligne in lignes}


def encaisse_par_mois(
    creanciers: Sequence[Creancier], *, au: date, mois: int = 12
) -> list[MoisEncaisse]:
    """L'argent entré chaque mois, du plus ancien au mois en cours."""
    debuts = _debuts_de_mois(au, mois)
    par_jour = (
        Encaissement.objects.parmi(creanciers)
        .d_argent()
        .filter(recu_le__gte=debuts[0], recu_le__lte=au)
        .order_by()
        # Par jour : moins cher pour la base que de ramener chaque date à son mois.
        .values_list("recu_le")
        .annotate(total=Sum("montant"))
    )
    totaux = dict.fromkeys(debuts, ZERO)
    for jour, total in par_jour:
        totaux[jour.replace(day=1)] += total
    return [MoisEncaisse(debut, arrondir(totaux[debut])) for debut in debuts]


def evolution(creanciers: Sequence[Creancier], *, au: date, mois: int = 12) -> Evolution:
    """Encours et échu tels qu'ils étaient à chaque fin de mois, refaits des faits."""
    debuts = _debuts_de_mois(au, mois)
    creances = Facture.objects.parmi(creanciers).filter(est_avoir=False)
    payes = Imputation.objects.parmi(creanciers)
    # Un paiement n'allège l'échu qu'à partir du jour où sa facture l'est : échue le lendemain.
    en_retard = payes.annotate(effet=Greatest("le", F("facture__date_echeance")))
    emis = _par_mois(creances.filter(date_emission__lte=au), "date_emission", "montant_ttc")
    echus = _par_mois(creances.filter(date_echeance__lt=au), "date_echeance", "montant_ttc")
    recus = _par_mois(payes.filter(le__lte=au), "le", "montant")
    rentres = _par_mois(
        en_retard.filter(le__lte=au, facture__date_echeance__lt=au), "effet", "montant"
    )
    return Evolution(
        mois=debuts,
        encours=_cumuls(debuts, emis, recus),
        echu=_cumuls(debuts, echus, rentres),
        encaisse=[m.total for m in encaisse_par_mois(creanciers, au=au, mois=mois)],
    )


def _debuts_de_mois(au: date, mois: int) -> list[date]:
    rang = au.year * 12 + au.month - 1
    return [date(r // 12, r % 12 + 1, 1) for r in range(rang - mois + 1, rang + 1)]


def _par_mois(qs: QuerySet[Any], champ: str, montant: str) -> dict[date, Decimal]:
    lignes = qs.values(mois=TruncMonth(champ)).annotate(total=Sum(montant)).order_by("mois")
    return {ligne["mois"]: arrondir(ligne["total"]) for ligne in lignes}


def _cumuls(
    debuts: list[date], plus: dict[date, Decimal], moins: dict[date, Decimal]
) -> list[Decimal]:
    return [
        sum((montant for mois, montant in plus.items() if mois <= debut), ZERO)
        - sum((montant for mois, montant in moins.items() if mois <= debut), ZERO)
        for debut in debuts
    ]
