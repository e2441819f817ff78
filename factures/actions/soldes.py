"""Le seul endroit qui change `Facture.solde`, sous le verrou de la facture."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Max, QuerySet

from clients.erreurs import ClientFusionne
from clients.models import Client
from factures.models import Encaissement, Facture, Imputation
from factures.signals import creances_changees
from recouvrement.comptes.models import Creancier
from recouvrement.journal.models import Geste
from recouvrement.socle.montants import ZERO


def verrouiller(lignes: QuerySet) -> list:
    """Verrouille, puis relit : ce qui attendait un verrou verrait sinon la base d'avant."""
    lignes = lignes.order_by("pk")
    # no_key : une clé étrangère posée ailleurs vers ces lignes n'attend pas.
    verrou = lignes.select_related(None).select_for_update(of=("self",), no_key=True)
    list(verrou.only("pk"))
    return list(lignes)


def verrouiller_client(client: Client) -> None:
    """Un seul règlement à la fois par client : deux saisies de la même clé se suivent.

    Relu après l'attente : une fiche réunie à une autre entre-temps ne reçoit plus rien.
    """
    (relu,) = verrouiller(Client.objects.pour(client.creancier).filter(pk=client.pk))
    if relu.fusionne_dans_id is not None:
        raise ClientFusionne


def verrouiller_factures(creancier: Creancier, pks: Iterable[int]) -> dict[int, Facture]:
    factures = verrouiller(Facture.objects.pour(creancier).filter(pk__in=list(pks)))
    for facture in factures:
        facture.creancier = creancier
    return {facture.pk: facture for facture in factures}


def payer(parts: Sequence[tuple[Facture, Decimal]], encaissement: Encaissement) -> list[Facture]:
    """Impute ces parts (factures verrouillées) et rend les factures qu'elles ont soldées."""
    deja = {imputation.facture_id: imputation for imputation in encaissement.imputations.all()}
    nouvelles, soldees = [], []
    for facture, part in parts:
        le = max(encaissement.recu_le, facture.date_emission)
        if imputation := deja.get(facture.pk):
            imputation.montant += part
            imputation.save(update_fields=["montant"])
        else:
            nouvelles.append(
                Imputation(
                    creancier_id=facture.creancier_id,
                    encaissement=encaissement,
                    facture=facture,
                    montant=part,
                    le=le,
                )
            )
        facture.solde -= part
        if facture.solde == ZERO:
            soldees.append(facture)
    Imputation.objects.bulk_create(nouvelles)
    _dater(soldees)
    for facture, _ in parts:
        facture.save(update_fields=["solde", "soldee_le"])
    return soldees


def rouvrir(parts: Sequence[tuple[Facture, Decimal]]) -> list[Facture]:
    """Rend ces sommes dues ; une facture soldée repart pour un nouveau cycle de relances."""
    rouvertes = []
    for facture, part in parts:
        if facture.solde == ZERO:
            facture.soldee_le = None
            facture.cycle += 1
            rouvertes.append(facture)
        facture.solde += part
        facture.save(update_fields=["solde", "soldee_le", "cycle"])
    return rouvertes


def annoncer_creances(
    creancier: Creancier, factures: Iterable[Facture], motif: str, geste: Geste | None = None
) -> None:
    if factures := list(factures):
        creances_changees.send(
            sender=Facture, creancier=creancier, factures=factures, motif=motif, geste=geste
        )


def annoncer_paiement(
    creancier: Creancier,
    factures: Iterable[Facture],
    soldees: Sequence[Facture],
    geste: Geste | None = None,
) -> None:
    pks = {facture.pk for facture in soldees}
    annoncer_creances(creancier, soldees, "soldee", geste)
    annoncer_creances(creancier, (f for f in factures if f.pk not in pks), "modifiee", geste)


def _dater(soldees: Sequence[Facture]) -> None:
    """Soldée le jour du dernier paiement, même s'il a été saisi avant un plus ancien."""
    if not soldees:
        return
    derniers: dict[int, date] = dict(
        Imputation.objects.pour(soldees[0].creancier)
        .filter(facture__in=soldees, montant__gt=0, encaissement__contre_ecriture=None)
        .values_list("facture")
        .annotate(dernier=Max("le"))
    )
    for facture in soldees:
        facture.soldee_le = derniers[facture.pk]
