"""Ce qu'un client a en sa faveur : avoirs à utiliser, règlements à imputer.

La compensation éteint les dettes dans l'ordre des paiements (C. civ., art. 1347-4 et 1342-10) :
les plus anciennes d'abord, à proportion le même jour. Une facture que la faveur éteint avec
toutes celles échues avant elle est couverte : plus rien n'en est à demander. Ce qu'une demande
déduit est la part qui tombe sur ses factures : deux demandes ne déduisent jamais la même somme.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round

from clients.models import Client
from factures.lectures.reclamable import (
    EUROS,
    Contestation,
    contestations,
    reclamable,
    reclamable_en_base,
)
from factures.models import Encaissement, Facture
from factures.models.encaissement import EncaissementQuerySet
from factures.models.facture import FactureQuerySet
from recouvrement.comptes.models import Creancier
from recouvrement.droit.imputation import Dette, repartir
from recouvrement.socle.formats import jour
from recouvrement.socle.montants import ZERO, arrondir

# Des créanciers, ou leurs numéros.
type Ceux = Collection[Creancier] | Collection[int]


class Genre(StrEnum):
    AVOIR = "avoir"
    REGLEMENT = "reglement"


@dataclass(frozen=True, slots=True)
class LigneFaveur:
    """Un avoir qui reste à utiliser, ou la part d'un règlement qui reste à imputer."""

    genre: Genre
    objet_id: int
    # Le numéro de l'avoir, ou le moyen du règlement.
    nom: str
    le: date
    montant: Decimal

    def __str__(self) -> str:
        if self.genre == Genre.AVOIR:
            return f"avoir {self.nom} du {jour(self.le)}"
        return f"règlement ({self.nom.lower()}) reçu le {jour(self.le)}"


@dataclass(frozen=True, slots=True)
class Deduite:
    """Une ligne en faveur du client : ce qu'une demande en déduit, et ce qui sert ailleurs."""

    ligne: LigneFaveur
    montant: Decimal
    ailleurs: Decimal


@dataclass(frozen=True, slots=True)
class Faveur:
    """Ce qu'un client a en sa faveur un jour donné, et la part de chaque facture ouverte."""

    lignes: tuple[LigneFaveur, ...] = ()
    parts: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum((ligne.montant for ligne in self.lignes), ZERO)

    def sur(self, factures: Iterable[Facture]) -> tuple[Deduite, ...]:
        """Ce qu'en déduit une demande qui porte sur ces factures ; chaque ligne y est nommée."""
        ici = sum((self.parts.get(facture.pk, ZERO) for facture in factures), ZERO)
        ailleurs = sum(self.parts.values(), ZERO) - ici
        deduites = []
        for ligne in self.lignes:
            montant = min(ligne.montant, ici)
            reste = min(ligne.montant - montant, ailleurs)
            ici, ailleurs = ici - montant, ailleurs - reste
            deduites.append(Deduite(ligne, montant, reste))
        return tuple(deduites)


@dataclass(frozen=True, slots=True)
class Reclamables:
    """Ce qui se demande, lu d'un coup : ce qui est contesté, ce que chacun a en sa faveur.

    `dettes` : pour qui a quelque chose, ce qui est réclamable de chaque facture ouverte.
    """

    au: date = date.max
    contestations: Mapping[int, Contestation] = field(default_factory=dict)
    faveurs: Mapping[int, Decimal] = field(default_factory=dict)
    dettes: Mapping[int, Sequence[Dette]] = field(default_factory=dict)

    def de(self, facture: Facture) -> Decimal:
        return reclamable(facture.solde, self.contestations.get(facture.pk))

    def jusqu_a(self, client: int, echeance: date) -> Decimal:
        """Ce que doit ce client par les factures échues ce jour-là au plus tard."""
        dettes = self.dettes.get(client, ())
        return sum((dette.montant for dette in dettes if dette.echeance <= echeance), ZERO)

    def net(self, client: int, soldes: Iterable[tuple[int, Decimal]]) -> Decimal:
        """Ce que demande à ce client une relance de ces factures (facture, reste dû)."""
        soldes = list(soldes)
        parts = _parts(self.faveurs.get(client, ZERO), self.dettes.get(client, ()), au=self.au)
        brut = (reclamable(solde, self.contestations.get(pk)) for pk, solde in soldes)
        return sum(brut, ZERO) - sum((parts.get(pk, ZERO) for pk, _ in soldes), ZERO)


def avoirs_a_utiliser(factures: FactureQuerySet, *, au: date) -> FactureQuerySet:
    """La condition est celle de l'index partiel : l'écrire pareil."""
    return factures.filter(solde__gt=0, est_avoir=True, date_emission__lte=au)


def reglements_a_imputer(recus: EncaissementQuerySet, *, au: date) -> EncaissementQuerySet:
    """La condition est celle de l'index partiel : l'écrire pareil."""
    return recus.valables().filter(disponible__gt=0, recu_le__lte=au)


def faveur_de(client: Client, lus: Reclamables) -> Faveur:
    """Ligne par ligne ; deux lectures s'il a quelque chose en sa faveur, sinon aucune."""
    if client.pk not in lus.faveurs:
        return Faveur()
    lignes = lignes_en_faveur([client.creancier_id], [client.pk], au=lus.au)[client.pk]
    parts = _parts(lus.faveurs[client.pk], lus.dettes[client.pk], au=lus.au)
    return Faveur(tuple(lignes), parts)


def deduites_de(client: Client, factures: Iterable[Facture], *, au: date) -> tuple[Deduite, ...]:
    """Ce qui se déduit d'un décompte de ces factures, et ce qui sert à d'autres."""
    lus = reclamables(client.creancier, au=au, clients=[client.pk])
    return faveur_de(client, lus).sur(factures)


def lignes_en_faveur(
    creanciers: Ceux, clients: Collection[int], *, au: date
) -> dict[int, list[LigneFaveur]]:
    """Par client, de la plus ancienne à la plus récente."""
    avoirs = avoirs_a_utiliser(Facture.objects.parmi(creanciers), au=au)
    recus = reglements_a_imputer(Encaissement.objects.parmi(creanciers), au=au)
    lignes: dict[int, list[LigneFaveur]] = defaultdict(list)
    for avoir in avoirs.filter(client__in=clients):
        lignes[avoir.client_id].append(
            LigneFaveur(Genre.AVOIR, avoir.pk, avoir.numero, avoir.date_emission, avoir.solde)
        )
    for recu in recus.filter(client__in=clients):
        moyen = recu.get_moyen_display()
        lignes[recu.client_id].append(
            LigneFaveur(Genre.REGLEMENT, recu.pk, moyen, recu.recu_le, recu.disponible)
        )
    for siennes in lignes.values():
        siennes.sort(key=lambda ligne: (ligne.le, ligne.genre, ligne.objet_id))
    return lignes


def _parts(faveur: Decimal, dettes: Iterable[Dette], *, au: date) -> dict[int, Decimal]:
    return {int(pk): part for pk, part in repartir(faveur, dettes, le=au).parts.items()}


def reclamables(
    creancier: Creancier,
    *,
    au: date,
    clients: Collection[int] | None = None,
    contestees: Mapping[int, Contestation] | None = None,
) -> Reclamables:
    """Chez un créancier entier, ou pour ces clients : quatre lectures au plus.

    `contestees` : leurs litiges ouverts, si on les a déjà lus.
    """
    factures, recus = Facture.objects.pour(creancier), Encaissement.objects.pour(creancier)
    if clients is not None:
        factures, recus = factures.filter(client__in=clients), recus.filter(client__in=clients)
    if contestees is None:
        contestees = contestations(creancier, clients=clients)
    faveurs = faveurs_par_client(factures, recus, au=au)
    dettes: dict[int, list[Dette]] = {client: [] for client in faveurs}
    if faveurs:
        lues = factures.ouvertes().filter(client__in=list(faveurs)).order_by()
        for pk, client, echeance, solde in lues.values_list(
            "pk", "client_id", "date_echeance", "solde"
        ):
            montant = reclamable(solde, contestees.get(pk))
            dettes[client].append(Dette(str(pk), montant, echeance))
    return Reclamables(au, contestees, faveurs, dettes)


def faveurs_par_client(
    factures: FactureQuerySet, recus: EncaissementQuerySet, *, au: date
) -> dict[int, Decimal]:
    faveurs: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for source, champ in (
        (avoirs_a_utiliser(factures, au=au), "solde"),
        (reglements_a_imputer(recus, au=au), "disponible"),
    ):
        for client, total in _par_client(source, champ):
            faveurs[client] += arrondir(total)
    return dict(faveurs)


def _par_client(
    source: QuerySet[Facture] | QuerySet[Encaissement], champ: str
) -> Iterable[tuple[int, Decimal]]:
    return source.order_by().values_list("client_id").annotate(total=Sum(champ))


def qui_a_quelque_chose(creanciers: Ceux, *, au: date) -> Q:
    """Sur les clients : ceux qui ont un avoir à utiliser ou un règlement à imputer."""
    avoirs = avoirs_a_utiliser(Facture.objects.parmi(creanciers), au=au)
    recus = reglements_a_imputer(Encaissement.objects.parmi(creanciers), au=au)
    return Q(pk__in=avoirs.values("client")) | Q(pk__in=recus.values("client"))


def factures_couvertes(creanciers: Ceux, *, au: date) -> FactureQuerySet:
    """Celles dont plus rien n'est à demander : la même réponse que `Reclamables`, à la base."""
    clients = Client.objects.parmi(creanciers).filter(qui_a_quelque_chose(creanciers, au=au))
    couvertes: FactureQuerySet = (
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .filter(client__in=clients.values("pk"))
        .alias(reclamable=reclamable_en_base(), en_faveur=faveur_en_base(au=au), du=_du_en_base())
        .filter(reclamable__gt=0, en_faveur__gte=F("du"))
    )
    return couvertes


def faveur_en_base(*, au: date) -> Round:
    """De ce qui a un créancier et un client : tout ce que ce client a en sa faveur."""
    chez = {"creancier": OuterRef("creancier"), "client": OuterRef("client")}
    avoirs = avoirs_a_utiliser(Facture.objects.filter(**chez), au=au)
    recus = reglements_a_imputer(Encaissement.objects.filter(**chez), au=au)
    return Round(
        _somme(avoirs.order_by(), "solde") + _somme(recus.order_by(), "disponible"),
        2,
        output_field=EUROS,
    )


def _du_en_base() -> Round:
    avant = Facture.objects.filter(
        creancier=OuterRef("creancier"),
        client=OuterRef("client"),
        date_echeance__lte=OuterRef("date_echeance"),
    ).ouvertes()
    dues = avant.order_by().annotate(reclamable=reclamable_en_base())
    return Round(_somme(dues, "reclamable"), 2, output_field=EUROS)


def _somme(qs: QuerySet[Facture] | QuerySet[Encaissement], champ: str) -> Coalesce:
    totaux = qs.values("client").annotate(total=Sum(champ)).values("total")
    return Coalesce(Subquery(totaux, output_field=EUROS), Value(ZERO, EUROS))
