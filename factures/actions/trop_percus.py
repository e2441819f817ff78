"""Ce qu'un règlement payait d'intérêts et de 40 €, et qui n'est plus dû : il en dispose de nouveau.

Une convention, une décision, la nature d'un client changent après coup ce qui était dû. Le nominal
payé le reste ; seule la part des accessoires se rend, le dernier règlement d'abord. Redevenus dus
(réponse annulée, décision retirée), ce même règlement les paye de nouveau, du jour qu'il fut reçu.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import batched, chain
from typing import Any

from django.db.models import Model, Q

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.parts import Rendu
from factures.actions.verrous import verrouiller_clients, verrouiller_factures
from factures.evenements import Evenement
from factures.lectures.calcul import Calculs
from factures.models import Facture, Imputation
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.droit.taux import TauxInconnu
from recouvrement.journal.actions import inscrire_lot
from recouvrement.journal.models import Geste
from recouvrement.socle.montants import ZERO

PASSES = 6
LOT = 500
ONT_PAYE_DES_ACCESSOIRES = Q(accessoires__gt=0) | Q(rendus__gt=0)


def rendre_les_trop_percus(
    creancier: Creancier,
    *,
    acteur: Utilisateur | None,
    clients: Collection[int] | None = None,
    factures: Collection[int] | None = None,
    geste: Geste | None = None,
) -> None:
    """De ces factures, de ces clients, ou chez tout le créancier. Une lecture si rien n'est payé.

    Le droit y est déjà ce qu'il devient : à appeler en dernier, dans la transaction qui le change.
    """
    payees = Imputation.objects.pour(creancier).valables().order_by()
    payees = payees.filter(ONT_PAYE_DES_ACCESSOIRES)
    siennes: dict[int, set[int]] = defaultdict(set)
    toutes = [payees]
    if factures is not None:
        toutes = [payees.filter(facture__in=lot) for lot in batched(factures, LOT)]
    elif clients is not None:
        toutes = [payees.filter(facture__client__in=lot) for lot in batched(clients, LOT)]
    for pk, son_client in chain.from_iterable(
        lot.values_list("facture", "facture__client") for lot in toutes
    ):
        siennes[son_client].add(pk)
    if not siennes:
        return
    rendus: list[Rendu] = []
    for lu in verrouiller_clients(creancier, siennes):
        lu.creancier = creancier
        for lot in batched(sorted(siennes[lu.pk]), LOT):
            relues = verrouiller_factures(creancier, lot)
            rendus += _a_rendre(lu, [f for f in relues.values() if f.client_id == lu.pk])
    if rendus:
        grand_livre.rendre(rendus)
        _inscrire(rendus, acteur=acteur, geste=geste)


def _a_rendre(client: Client, factures: Sequence[Facture]) -> Iterator[Rendu]:
    calculs = Calculs(client, factures)
    parts: dict[int, list[Imputation]] = defaultdict(list)
    payees = Imputation.objects.pour(client.creancier).valables()
    payees = payees.filter(ONT_PAYE_DES_ACCESSOIRES, facture__in=factures)
    for part in payees.select_related("encaissement").order_by("-le", "-pk"):
        parts[part.facture_id].append(part)
    disponibles = {p.encaissement_id: p.encaissement.disponible for p in chain(*parts.values())}
    for facture in factures:
        for part in parts[facture.pk]:
            part.facture = facture
            # Un taux manque : ce qui est dû n'est pas su, rien ne se rend.
            with suppress(TauxInconnu):
                if montant := _trop(calculs, part):
                    yield Rendu(part, montant)
        for part in reversed(parts[facture.pk]):
            with suppress(TauxInconnu):
                if montant := _redu(calculs, part, disponibles[part.encaissement_id]):
                    disponibles[part.encaissement_id] -= montant
                    yield Rendu(part, -montant)


def _redu(calculs: Calculs, part: Imputation, disponible: Decimal) -> Decimal:
    """De ce qu'elle avait rendu, ce qu'elle éteint de nouveau sans rien de trop."""
    facture, paiements = part.facture, calculs.paiements
    au, recus = calculs.dernier_paiement(facture), paiements[facture.pk]
    avant = calculs.decompte(facture, au)
    reprise = min(part.rendus, disponible, avant.total) if not facture.solde else ZERO
    for _ in range(PASSES):
        if reprise <= ZERO:
            break
        paiements[facture.pk] = [
            replace(p, montant=p.montant + reprise) if p.cle == part.encaissement_id else p
            for p in recus
        ]
        de_trop = calculs.decompte(facture, au).excedent - avant.excedent
        if de_trop <= ZERO:
            return reprise
        reprise -= de_trop
    paiements[facture.pk] = recus
    return ZERO


def _trop(calculs: Calculs, part: Imputation) -> Decimal:
    """Ce que cette part peut rendre sans que rien ne redevienne dû ; le compte le retient.

    Reçue avant une autre, elle épargnait des intérêts : rendue, ils courent. On cherche donc.
    """
    facture, paiements = part.facture, calculs.paiements
    au, recus = calculs.dernier_paiement(facture), paiements[facture.pk]
    avant = calculs.decompte(facture, au)
    trop = min(avant.excedent, part.accessoires)
    for _ in range(PASSES):
        if trop <= ZERO:
            return ZERO
        paiements[facture.pk] = [
            replace(p, montant=p.montant - trop) if p.cle == part.encaissement_id else p
            for p in recus
        ]
        redu = calculs.decompte(facture, au).total - avant.total
        if redu <= ZERO:
            return trop
        trop -= redu
    paiements[facture.pk] = recus
    return ZERO


def _inscrire(rendus: Sequence[Rendu], *, acteur: Utilisateur | None, geste: Geste | None) -> None:
    """Au journal du règlement et de la facture."""
    lignes: list[tuple[Model, dict[str, Any]]] = []
    repris: list[tuple[Model, dict[str, Any]]] = []
    for rendu in rendus:
        if rendu.montant < ZERO:
            dit = {"montant": -rendu.montant, "accessoires": -rendu.montant}
            recu, payee = rendu.imputation.encaissement, rendu.imputation.facture
            repris.append((payee, {"encaissement": recu.pk, "reste": payee.solde, **dit}))
            continue
        facture, encaissement = rendu.imputation.facture, rendu.imputation.encaissement
        dit = {"montant": rendu.montant, "disponible": encaissement.disponible}
        lignes.append((encaissement, {"facture": facture.reference, **dit}))
        lignes.append((facture, {"encaissement": encaissement.pk, "montant": rendu.montant}))
    inscrire_lot(Evenement.TROP_PERCU_RENDU, cibles=lignes, acteur=acteur, geste=geste)
    inscrire_lot(Evenement.REGLEMENT_IMPUTE, cibles=repris, acteur=acteur, geste=geste)
