"""Refaire les soldes depuis les imputations, et dire lesquels ne s'y retrouvent pas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Sum

from factures.enums import MOYENS_QUI_RETIRENT
from factures.lectures.references import questions_attendues
from factures.models import Encaissement, Facture, Imputation, ReferenceFacture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir


@dataclass(frozen=True, slots=True)
class Ecart:
    """Ce qui est écrit, ce que les faits donnent."""

    objet: Facture | Encaissement
    quoi: str
    ecrit: object
    attendu: object


def ecarts_de_solde(creancier: Creancier) -> Iterator[Ecart]:
    """Rien : tout concorde."""
    imputes = _sommes(Imputation.objects.pour(creancier), "facture")
    utilises = _sommes(Encaissement.objects.pour(creancier).exclude(avoir=None), "avoir")
    for facture in Facture.objects.pour(creancier).order_by("pk").iterator(chunk_size=2000):
        regle = (utilises if facture.est_avoir else imputes).get(facture.pk, ZERO)
        if facture.solde != facture.montant_ttc - regle:
            yield Ecart(facture, "reste dû", facture.solde, facture.montant_ttc - regle)
        if (facture.solde == ZERO) is (facture.soldee_le is None):
            yield Ecart(facture, "date de solde", facture.soldee_le, None)
    yield from _ecarts_d_accessoires(creancier)
    yield from _ecarts_de_question(creancier)
    employes = _sommes(Imputation.objects.pour(creancier), "encaissement", F("accessoires"))
    recus = Encaissement.objects.pour(creancier).filter(
        Q(contre_ecriture=None) | Q(disponible__gt=0)
    )
    for encaissement in recus.order_by("pk").iterator(chunk_size=2000):
        attendu = ZERO
        if encaissement.annule_id is None:
            attendu = encaissement.montant - employes.get(encaissement.pk, ZERO)
        if encaissement.disponible != attendu:
            yield Ecart(encaissement, "disponible", encaissement.disponible, attendu)


def _ecarts_d_accessoires(creancier: Creancier) -> Iterator[Ecart]:
    """Le nominal d'abord : rien ne paye d'accessoires tant qu'il en reste dû ; un avoir, jamais."""
    a_tort = (
        Imputation.objects.pour(creancier)
        .valables()
        .filter(Q(facture__solde__gt=0) | Q(encaissement__moyen__in=MOYENS_QUI_RETIRENT))
        .filter(accessoires__gt=0)
    )
    for imputation in a_tort.select_related("facture").order_by("pk"):
        yield Ecart(imputation.facture, "accessoires payés", imputation.accessoires, ZERO)
    neutralises = Imputation.objects.pour(creancier).filter(
        Q(encaissement__annule__isnull=False) | Q(encaissement__contre_ecriture__isnull=False)
    )
    for facture, reste in _sommes(neutralises, "facture", F("accessoires")).items():
        if reste:
            objet = Facture.objects.pour(creancier).get(pk=facture)
            yield Ecart(objet, "somme des règlements annulés", reste, ZERO)


def _ecarts_de_question(creancier: Creancier) -> Iterator[Ecart]:
    """Ce qu'un avoir ou une rectificative retient de réclamer, refait des références."""
    sans_reponse = ReferenceFacture.objects.pour(creancier).sans_reponse()
    concernees = (
        ~Q(en_question="")
        | Q(pk__in=sans_reponse.values("facture"))
        | Q(numero__in=sans_reponse.values("numero"))
    )
    for facture, attendue in questions_attendues(creancier, concernees):
        if facture.en_question != attendue:
            yield Ecart(facture, "question d'une référence", facture.en_question, attendue)


def _sommes(qs: QuerySet[Any], cle: str, *plus: F) -> dict[int, Decimal]:
    montant: Any = F("montant")
    for colonne in plus:
        montant += colonne
    lignes = qs.values_list(cle).annotate(total=Sum(montant)).order_by(cle)
    return {pk: arrondir(total) for pk, total in lignes}


def derniers_paiements(factures: Sequence[Facture]) -> dict[int, date]:
    creances = [facture for facture in factures if not facture.est_avoir]
    if not creances:
        return {}
    payes = Imputation.objects.pour(creances[0].creancier).valables()
    payes = payes.filter(facture__in=creances, montant__gt=0)
    return dict(payes.values_list("facture").annotate(dernier=Max("le")))


def derniers_emplois(factures: Sequence[Facture]) -> dict[int, date]:
    avoirs = [facture for facture in factures if facture.est_avoir]
    if not avoirs:
        return {}
    emplois = Encaissement.objects.pour(avoirs[0].creancier).valables().filter(avoir__in=avoirs)
    return dict(emplois.values_list("avoir").annotate(dernier=Max("recu_le")))
