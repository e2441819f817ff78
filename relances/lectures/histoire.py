"""Ce qui s'est passé depuis le dernier rappel : ce qu'un texte peut en dire sans rien nier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.db import models
from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
)

from clients.models import Client
from factures.models import Encaissement, Facture, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.requetes import RequeteFigee
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import CANAUX_ECRITS, ISSUES_NON_JOINT, EtatRelance
from relances.models import Appel, Promesse, Relance, RelanceFacture

if TYPE_CHECKING:

    class ClientDepuis(Client):
        """Un client, et ce qui est venu de lui depuis un instant."""

        recu: Decimal | None
        versements: int | None
        dernier_versement: date | None
        dernier_appel: datetime | None
        derniere_promesse: date | None
        dernier_litige: date | None

        class Meta:
            abstract = True

    class LigneRappelee(RelanceFacture):
        partie_le: datetime

        class Meta:
            abstract = True


@dataclass(frozen=True, slots=True)
class Rappel:
    """Un écrit parti, et celles des factures demandées qu'il réclamait déjà échues."""

    le: datetime
    factures: frozenset[int]


def chacune_est_rappelee(rappels: Iterable[Rappel], factures: frozenset[int]) -> bool:
    """Ce qu'il faut pour écrire « nos rappels » de toutes : aucune n'en a manqué un."""
    return bool(factures) and factures <= frozenset().union(*(r.factures for r in rappels))


@dataclass(frozen=True, slots=True)
class Histoire:
    # Les rappels écrits de ces factures, du plus ancien au plus récent.
    rappels: tuple[Rappel, ...] = ()
    factures: frozenset[int] = frozenset()
    # Ce que le client a payé depuis le dernier, quelle que soit la facture.
    recu: Decimal = ZERO
    versements: int = 0
    recu_le: date | None = None
    # Le dernier appel abouti, la dernière promesse ou contestation, depuis le dernier.
    echange_le: date | None = None

    @property
    def deja_relancees(self) -> bool:
        """Chacune a été rappelée par écrit depuis son échéance, ensemble ou non."""
        return chacune_est_rappelee(self.rappels, self.factures)

    @property
    def rappel_le(self) -> date | None:
        """Le dernier écrit qui les réclamait toutes."""
        communs = [rappel.le for rappel in self.rappels if rappel.factures == self.factures]
        return jour_de(max(communs)) if communs else None

    @property
    def est_silence(self) -> bool:
        """Rien n'est enregistré depuis ; une réponse que personne n'a notée reste inconnue."""
        return self.deja_relancees and not self.versements and self.echange_le is None


def rappels_de(
    client: Client, factures: Iterable[Facture], *, sauf: Relance | None = None
) -> tuple[Rappel, ...]:
    """Dans ce cycle et depuis l'échéance : un rappel de courtoisie n'en est pas un."""
    echeances = {facture.pk: facture.date_echeance for facture in factures}
    partis: dict[int, tuple[datetime, set[int]]] = {}
    for lue in RAPPELS(
        creancier=client.creancier_id, client=client.pk, sauf=sauf.pk if sauf else 0
    ):
        le, echeance = cast("LigneRappelee", lue).partie_le, echeances.get(lue.facture_id)
        if echeance is not None and jour_de(le) > echeance:
            partis.setdefault(lue.relance_id, (le, set()))[1].add(lue.facture_id)
    rappels = (Rappel(le, frozenset(siennes)) for le, siennes in partis.values())
    return tuple(sorted(rappels, key=lambda rappel: rappel.le))


def histoire_de(
    client: Client, factures: Sequence[Facture], *, au: date, sauf: Relance | None = None
) -> Histoire:
    """Depuis le dernier rappel de l'une d'elles ; sans rappel, depuis la plus ancienne échéance."""
    if not factures:
        return Histoire()
    rappels = rappels_de(client, factures, sauf=sauf)
    echeance = instant_de(min(facture.date_echeance for facture in factures))
    depuis = rappels[-1].le if rappels else echeance
    lu = cast(
        "ClientDepuis",
        DEPUIS(
            creancier=client.creancier_id,
            client=client.pk,
            depuis=depuis,
            depuis_le=jour_de(depuis),
            au=au,
        )[0],
    )
    echanges = [jour_de(lu.dernier_appel)] if lu.dernier_appel else []
    echanges += [le for le in (lu.derniere_promesse, lu.dernier_litige) if le]
    return Histoire(
        rappels=rappels,
        factures=frozenset(facture.pk for facture in factures),
        recu=arrondir(lu.recu or ZERO),
        versements=lu.versements or 0,
        recu_le=lu.dernier_versement,
        echange_le=max(echanges, default=None),
    )


def _requete_des_rappels(
    *, creancier: int, client: int, sauf: int
) -> models.QuerySet[RelanceFacture]:
    """Ceux de toutes ses factures encore dues : peu, et toujours la même requête."""
    qs: models.QuerySet[RelanceFacture] = (
        RelanceFacture.objects.pour(Creancier(pk=creancier))
        .vivantes()
        .filter(
            facture__client=client,
            facture__solde__gt=0,
            cycle=F("facture__cycle"),
            relance__etat=EtatRelance.FAITE,
            relance__canal__in=CANAUX_ECRITS,
        )
        .exclude(relance=sauf)
        .annotate(partie_le=F("relance__faite_le"))
        .only("relance_id", "facture_id")
        .order_by("pk")
    )
    return qs


def _requete_depuis(
    *, creancier: int, client: int, depuis: datetime, depuis_le: date, au: date
) -> models.QuerySet[Client]:
    chez = {"creancier": OuterRef("creancier"), "client": OuterRef("pk")}
    # Reçu avant, mais enregistré depuis : le client ne l'a pas lu dans le dernier rappel.
    versements = Encaissement.objects.filter(
        Q(recu_le__gt=depuis_le) | Q(saisi_le__gt=depuis), **chez, recu_le__lte=au
    )
    versements = versements.valables().d_argent()
    appels = Appel.objects.filter(**chez, annule_le=None, appele_le__gt=depuis)
    joints = appels.exclude(issue__in=ISSUES_NON_JOINT)
    promesses = Promesse.objects.filter(**chez, faite_le__gte=depuis_le).qui_tiennent()
    litiges = Litige.objects.filter(
        creancier=OuterRef("creancier"),
        facture__client=OuterRef("pk"),
        ouvert_le__gte=depuis_le,
    )
    qs: models.QuerySet[Client] = (
        Client.objects.pour(Creancier(pk=creancier))
        .filter(pk=client)
        .annotate(
            recu=_par_client(versements, Sum("montant"), MONTANT),
            versements=_par_client(versements, Count("pk"), IntegerField()),
            dernier_versement=_par_client(versements, Max("recu_le"), DateField()),
            dernier_appel=_par_client(joints, Max("appele_le"), DateTimeField()),
            derniere_promesse=_par_client(promesses, Max("faite_le"), DateField()),
            dernier_litige=_par_client(litiges, Max("ouvert_le"), DateField(), "facture__client"),
        )
        .only("pk")
    )
    return qs


MONTANT = DecimalField(max_digits=16, decimal_places=2)


def _par_client[M: models.Model](
    qs: models.QuerySet[M],
    valeur: models.Aggregate,
    sortie: models.Field,  # type: ignore[type-arg]
    client: str = "client",
) -> Subquery:
    return Subquery(
        qs.order_by().values(client).annotate(v=valeur).values("v"), output_field=sortie
    )


RAPPELS = RequeteFigee(_requete_des_rappels, creancier=int, client=int, sauf=int)
DEPUIS = RequeteFigee(
    _requete_depuis, creancier=int, client=int, depuis=datetime, depuis_le=date, au=date
)
