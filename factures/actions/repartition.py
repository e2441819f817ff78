"""Les factures qu'un règlement paye, verrouillées : celles qu'on a dites, ou celles du droit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.actions.parts import Part, somme
from factures.actions.verrous import verrouiller_factures
from factures.erreurs import FactureIntrouvable, ImputationExcessive, MontantInvalide
from factures.lectures.reglables import Reglables, reglees_en_retard
from factures.models import Facture
from recouvrement.droit.imputation import Dette, repartir
from recouvrement.socle.formats import euros, jour
from recouvrement.socle.montants import ZERO, arrondir

type Demandes = Sequence[tuple[int, Decimal]]


def verifier_montant(montant: Decimal) -> Decimal:
    if montant <= 0:
        raise MontantInvalide
    if montant != arrondir(montant):
        raise MontantInvalide("Le montant a plus de deux décimales.")
    return montant


def parts_du_droit(
    client: Client, montant: Decimal, *, le: date, ordre: str = ""
) -> tuple[Part, ...]:
    """Ce que paye un règlement dont rien n'est dit (C. civ., art. 1342-10), tour après tour.

    Le nominal des échues, leurs accessoires, ceux des factures déjà soldées en retard, enfin le
    nominal des factures à échoir. Dans un tour : la dette qui porte le plus d'intérêt, puis la
    plus ancienne, puis à proportion.
    """
    ouvertes = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
    factures = _verrouiller(client, ouvertes.values_list("pk", flat=True))
    echues = [facture for facture in factures.values() if facture.date_echeance <= le]
    a_echoir = [facture for facture in factures.values() if facture.date_echeance > le]
    reglables = Reglables(client, echues, le=le, ordre=ordre)
    reste = montant
    nominal, reste = _tour(echues, reste, lambda f: f.solde, reglables.taux, le=le)
    plus, reste = _tour(echues, reste, reglables.accessoires, reglables.taux, le=le)
    if reste:
        soldees = _verrouiller(client, [facture.pk for facture in reglees_en_retard(client)])
        factures |= soldees
        reglables = Reglables(client, list(soldees.values()), le=le, ordre=ordre)
        autres, reste = _tour(soldees.values(), reste, reglables.accessoires, reglables.taux, le=le)
        plus |= autres
    d_avance, reste = _tour(a_echoir, reste, lambda f: f.solde, lambda _: ZERO, le=le)
    nominal |= d_avance
    payees = (facture for facture in factures.values() if {facture.pk} & (nominal | plus).keys())
    return tuple(
        Part(facture, nominal.get(facture.pk, ZERO), plus.get(facture.pk, ZERO))
        for facture in payees
    )


def _tour(
    factures: Iterable[Facture],
    montant: Decimal,
    du: Callable[[Facture], Decimal],
    taux: Callable[[Facture], Decimal],
    *,
    le: date,
) -> tuple[dict[int, Decimal], Decimal]:
    """Ce que cette somme paye de chacune, et ce qu'il en reste pour le tour suivant."""
    if not montant:
        return {}, montant
    dettes = {
        # À égalité, la première enregistrée reçoit le centime qui ne se partage pas.
        f"{facture.pk:020}": (facture.pk, Dette(f"{facture.pk:020}", du(facture),
                                                facture.date_echeance, taux(facture)))
        for facture in factures
    }  # fmt: skip
    fait = repartir(montant, [dette for _, dette in dettes.values()], le=le)
    return {dettes[reference][0]: part for reference, part in fait.parts.items()}, fait.excedent


def parts_indiquees(
    client: Client, montant: Decimal, demandes: Demandes, *, le: date, ordre: str = ""
) -> tuple[Part, ...]:
    """Celles que le débiteur indique, le créancier l'acceptant : jusqu'au total du décompte."""
    parts = []
    factures = _demandees(client, demandes)
    reglables = Reglables(client, list(factures.values()), le=le, ordre=ordre)
    for pk, part in _non_nulles(demandes):
        facture = factures[pk]
        nominal = min(part, facture.solde)
        accessoires = part - nominal
        if accessoires and accessoires > (dus := reglables.accessoires(facture)):
            raise ImputationExcessive(_trop(facture, part, dus, le))
        parts.append(Part(facture, nominal, accessoires))
    return _sans_depasser(parts, montant)


def parts_d_avoir(client: Client, montant: Decimal, demandes: Demandes) -> tuple[Part, ...]:
    """Un avoir retire la dette : il ne paye que du nominal."""
    parts = []
    factures = _demandees(client, demandes)
    for pk, part in _non_nulles(demandes):
        facture = factures[pk]
        if part > facture.solde:
            reste = f"il reste {euros(facture.solde)}" if facture.solde else "elle est soldée"
            raise ImputationExcessive(f"{facture.reference} : {euros(part)} imputés, mais {reste}.")
        parts.append(Part(facture, part))
    return _sans_depasser(parts, montant)


def _non_nulles(demandes: Demandes) -> list[tuple[int, Decimal]]:
    return [(pk, part) for pk, part in demandes if part]


def _demandees(client: Client, demandes: Demandes) -> dict[int, Facture]:
    demandes = _non_nulles(demandes)
    if len({pk for pk, _ in demandes}) != len(demandes):
        raise ImputationExcessive("Une facture figure deux fois dans la répartition.")
    factures = _verrouiller(client, [pk for pk, _ in demandes])
    for pk, part in demandes:
        facture = factures.get(pk)
        if facture is None or facture.client_id != client.pk or facture.est_avoir:
            raise FactureIntrouvable
        verifier_montant(part)
    return factures


def _verrouiller(client: Client, pks: Iterable[int]) -> dict[int, Facture]:
    factures = verrouiller_factures(client.creancier, pks)
    for facture in factures.values():
        if facture.client_id == client.pk:
            facture.client = client
    return factures


def _sans_depasser(parts: list[Part], montant: Decimal) -> tuple[Part, ...]:
    if (total := somme(parts)) > montant:
        raise ImputationExcessive(
            f"La répartition ({euros(total)}) dépasse le montant ({euros(montant)})."
        )
    return tuple(parts)


def _trop(facture: Facture, part: Decimal, accessoires: Decimal, le: date) -> str:
    if accessoires:
        reste = (
            f"il reste {euros(facture.solde + accessoires)} au {jour(le)}, "
            f"dont {euros(accessoires)} d'intérêts et d'indemnité"
        )
    elif facture.solde:
        reste = f"il reste {euros(facture.solde)}"
    else:
        reste = "elle est soldée, sans intérêts ni indemnité à payer"
    return f"{facture.reference} : {euros(part)} imputés, mais {reste}."
