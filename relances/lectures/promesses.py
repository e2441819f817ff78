"""Ce que sont devenues les promesses, d'après l'argent reçu ; leur liste et leur somme.

Deux écritures de la même règle : `devenirs` pour des lignes lues, `avec_issue` pour trier et
compter en base. Un essai les tient égales.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DecimalField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Round

from factures.models import Encaissement
from recouvrement.comptes.models import Creancier
from recouvrement.journal.evenements import Genre
from recouvrement.socle.montants import ZERO, arrondir
from relances.enums import IssuePromesse
from relances.models import Promesse
from relances.regles.promesses import (
    Devenir,
    FaitsPromesse,
    Fiabilite,
    Recu,
    attendue_depuis,
    devenir,
    fiabilite,
)

MONTANT = DecimalField(max_digits=16, decimal_places=2)
VUES = {
    "tenues": IssuePromesse.TENUE,
    "tardives": IssuePromesse.EN_RETARD,
    "rompues": IssuePromesse.NON_TENUE,
}


class _Versement(NamedTuple):
    le: date
    montant: Decimal
    geste: int
    contre_ecriture: int | None


class _Suite(NamedTuple):
    pk: int
    faite_le: date
    geste: int


def promesses_de_cette_vue(creancier: Creancier, vue: str, *, au: date) -> QuerySet[Promesse]:
    promesses = Promesse.objects.pour(creancier)
    if not vue:
        return promesses.en_cours()
    if vue == "en_retard":
        return promesses.rompues(au=au)
    if vue in VUES:
        return avec_issue(promesses, au=au).filter(Q(issue=VUES[vue]))
    return promesses


def sommes(promesses: QuerySet[Promesse], *, au: date) -> dict[str, Any]:
    lues = promesses.aggregate(nombre=Count("pk"), montant=Sum("montant", default=ZERO))
    issues = (issue for _, issue in issues_par_auteur(promesses, au=au))
    return lues | {"montant": arrondir(lues["montant"]), "tenue": fiabilite(issues).phrase}


def issues_par_auteur(promesses: QuerySet[Promesse], *, au: date) -> Iterable[tuple[int, str]]:
    lues = avec_issue(promesses, au=au).order_by()
    return lues.values_list("auteur", F("issue"))


def fiabilite_de(devenus: Iterable[Devenir]) -> Fiabilite:
    return fiabilite(devenu.issue for devenu in devenus)


def devenirs(promesses: Sequence[Promesse], *, au: date) -> dict[int, Devenir]:
    """En deux requêtes, quel que soit leur nombre ; leur `close_geste` est déjà lu."""
    return {pk: devenir(faits, au=au) for pk, faits in faits_de(promesses).items()}


def faits_de(promesses: Sequence[Promesse]) -> dict[int, FaitsPromesse]:
    if not promesses:
        return {}
    clients = {promesse.client_id for promesse in promesses}
    creanciers = {promesse.creancier_id for promesse in promesses}
    suites: dict[int, list[_Suite]] = defaultdict(list)
    toutes = Promesse.objects.parmi(creanciers).filter(client__in=clients).order_by("pk")
    for client, pk, faite_le, geste in toutes.qui_tiennent().values_list(
        "client", "pk", "faite_le", "geste"
    ):
        suites[client].append(_Suite(pk, faite_le, geste or 0))
    verses: dict[int, list[_Versement]] = defaultdict(list)
    recus = Encaissement.objects.parmi(creanciers).filter(client__in=clients, annule=None)
    for client, le, montant, geste, contre in recus.values_list(
        "client", "recu_le", "montant", "geste", "contre_ecriture"
    ):
        verses[client].append(_Versement(le, montant, geste or 0, contre))
    return {
        promesse.pk: _faits(promesse, suites[promesse.client_id], verses[promesse.client_id])
        for promesse in promesses
    }


def _faits(
    promesse: Promesse, suites: Sequence[_Suite], verses: Sequence[_Versement]
) -> FaitsPromesse:
    suivante = next((suite for suite in suites if suite.pk > promesse.pk), None)
    est_close = promesse.close_le is not None
    return FaitsPromesse(
        montant=promesse.montant,
        pour_le=promesse.pour_le,
        recus=tuple(
            Recu(verse.le, verse.montant, verse.contre_ecriture is None)
            for verse in verses
            if _compte_pour(promesse, verse, suivante)
        ),
        close_le=promesse.close_le,
        dite_tenue=promesse.est_tenue if _est_dite(promesse) else None,
        est_remplacee=est_close and promesse.est_tenue is None,
        est_annulee=promesse.est_annulee,
    )


def _compte_pour(promesse: Promesse, verse: _Versement, suivante: _Suite | None) -> bool:
    """Ce qui était déjà saisi quand on l'a faite, fût-ce le jour même, n'en fait pas partie ;
    reçu après la promesse suivante, c'est elle qu'il tient. La même règle : `_de_la_promesse`.
    """
    if verse.le < promesse.faite_le or 0 < verse.geste < (promesse.geste_id or 0):
        return False
    if suivante is None or verse.le < suivante.faite_le:
        return True
    return verse.le == suivante.faite_le and 0 < verse.geste < suivante.geste


def _est_dite(promesse: Promesse) -> bool:
    """Constatée par une personne, ou d'avant les gestes : alors on la croit."""
    return promesse.close_geste is None or promesse.close_geste.genre == Genre.CONSTAT


def avec_issue(promesses: QuerySet[Promesse], *, au: date) -> QuerySet[Promesse]:
    """Annote `issue` : ce que dit `devenir`, pour la base."""
    suivantes = (
        Promesse.objects.filter(
            creancier=OuterRef("creancier"), client=OuterRef("client"), pk__gt=OuterRef("pk")
        )
        .qui_tiennent()
        .order_by("pk")
    )
    promesses = promesses.annotate(
        suivante_le=Subquery(suivantes.values("faite_le")[:1], output_field=DateField()),
        suivante_geste=Subquery(suivantes.values("geste")[:1], output_field=IntegerField()),
    ).annotate(
        recu=_recu(Q()),
        recu_a_temps=_recu(Q(recu_le__lte=OuterRef("pour_le"))),
    )
    dite = Q(close_geste=None) | Q(close_geste__genre=Genre.CONSTAT)
    remplacee = Q(close_le__isnull=False, est_tenue=None)
    a_temps = Q(close_le__lte=F("pour_le"))
    return promesses.annotate(
        issue=Case(
            When(close_geste__genre=Genre.ANNULATION, then=Value(IssuePromesse.ANNULEE)),
            When(recu_a_temps__gte=F("montant"), then=Value(IssuePromesse.TENUE)),
            When(recu__gte=F("montant"), then=Value(IssuePromesse.EN_RETARD)),
            When(dite & Q(est_tenue=True), then=Value(IssuePromesse.TENUE)),
            When(dite & Q(est_tenue=False), then=Value(IssuePromesse.NON_TENUE)),
            When(remplacee & a_temps, then=Value(IssuePromesse.REMPLACEE)),
            When(remplacee, then=Value(IssuePromesse.NON_TENUE)),
            When(pour_le__gte=attendue_depuis(au), then=Value(IssuePromesse.EN_COURS)),
            default=Value(IssuePromesse.NON_TENUE),
            output_field=CharField(),
        )
    )


def _recu(condition: Q) -> Round:
    somme = (
        Encaissement.objects.valables()
        .filter(condition, _de_la_promesse(), creancier=OuterRef("creancier"))
        .order_by()
        .values("client")
        .annotate(total=Sum("montant"))
        .values("total")
    )
    # SQLite additionne en flottants : l'arrondi rend la valeur exacte, donc comparable.
    return Round(Coalesce(Subquery(somme, output_field=MONTANT), ZERO), 2, output_field=MONTANT)


def _de_la_promesse() -> Q:
    """La même règle que `_compte_pour`, pour la base."""
    return (
        Q(client=OuterRef("client"), recu_le__gte=OuterRef("faite_le"))
        & (Q(geste=None) | Q(geste__gte=Coalesce(OuterRef("geste"), 0)))
        & (
            Q(recu_le__lt=Coalesce(OuterRef("suivante_le"), date.max))
            | Q(recu_le=OuterRef("suivante_le"), geste__lt=OuterRef("suivante_geste"))
        )
    )
