"""Jusqu'à quand une promesse se laisse attendre, et ce qu'elle est devenue."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recouvrement.socle.formats import euros, jour, pluriel
from recouvrement.socle.montants import ZERO
from relances.enums import IssuePromesse

TONS = {
    IssuePromesse.TENUE: "solde",
    IssuePromesse.EN_RETARD: "echu",
    IssuePromesse.NON_TENUE: "demeure",
}
SIGNES = {
    IssuePromesse.TENUE: "oui",
    IssuePromesse.EN_RETARD: "heure",
    IssuePromesse.NON_TENUE: "alerte",
}
# Le temps qu'un virement fait le jour dit arrive.
GRACE = timedelta(days=3)


def se_laisse_attendre(pour_le: date, *, au: date) -> bool:
    """Vrai jusqu'à la fin du délai de grâce ; la promesse n'est rompue qu'après.

    >>> se_laisse_attendre(date(2026, 11, 20), au=date(2026, 11, 23))
    True
    >>> se_laisse_attendre(date(2026, 11, 20), au=date(2026, 11, 24))
    False
    """
    return pour_le >= attendue_depuis(au)


def attendue_depuis(au: date) -> date:
    """La plus ancienne date promise que l'on attend encore : la même règle, pour la base."""
    return au - GRACE


@dataclass(frozen=True, slots=True)
class Recu:
    """Un règlement, ce qu'il valait, et s'il vaut encore."""

    le: date
    montant: Decimal
    est_valable: bool = True


@dataclass(frozen=True, slots=True)
class FaitsPromesse:
    """Ce que l'on sait d'une promesse ; `recus` : du jour où elle est faite à la suivante."""

    montant: Decimal
    pour_le: date
    recus: tuple[Recu, ...] = ()
    close_le: date | None = None
    # Ce qu'une personne en a dit ; None : rien, les règlements seuls parlent.
    dite_tenue: bool | None = None
    est_remplacee: bool = False
    est_annulee: bool = False


@dataclass(frozen=True, slots=True)
class Devenir:
    """Ce qu'une promesse est devenue, le jour où elle fut couverte, et ce qui en fut reçu."""

    issue: IssuePromesse
    recu: Decimal = ZERO
    payee_le: date | None = None
    retard: int = 0

    @property
    def ton(self) -> str:
        return TONS.get(self.issue, "")

    @property
    def signe(self) -> str:
        return SIGNES.get(self.issue, "")

    @property
    def phrase(self) -> str:
        """Ce qui précise l'issue : le retard, ou ce qui est tout de même arrivé."""
        if self.retard:
            return f"payée le {jour(self.payee_le)}, {pluriel(self.retard, 'jour')} après"
        if self.payee_le:
            return f"payée le {jour(self.payee_le)}"
        if self.recu:
            return f"{euros(self.recu)} reçus"
        return "rien reçu" if self.issue == IssuePromesse.NON_TENUE else ""


def couverte_le(recus: Iterable[Recu], montant: Decimal) -> date | None:
    """Le jour où les sommes reçues ont atteint la somme promise.

    >>> deux = [Recu(date(2026, 3, 9), Decimal(300)), Recu(date(2026, 3, 4), Decimal(200))]
    >>> couverte_le(deux, Decimal(500)), couverte_le(deux, Decimal(501))
    (datetime.date(2026, 3, 9), None)
    """
    total = ZERO
    for recu in sorted(recus, key=lambda recu: recu.le):
        total += recu.montant
        if total >= montant:
            return recu.le
    return None


def devenir(faits: FaitsPromesse, *, au: date) -> Devenir:
    """L'argent reçu décide, à sa date ; à défaut, ce qu'une personne en a dit ; sinon la date.

    >>> recu = Recu(date(2026, 3, 21), Decimal(500))
    >>> promise = FaitsPromesse(Decimal(500), date(2026, 3, 9), (recu,))
    >>> vu = devenir(promise, au=date(2026, 4, 1))
    >>> vu.issue.label, vu.retard
    ('Tenue en retard', 12)
    """
    valables = [recu for recu in faits.recus if recu.est_valable]
    recu = sum((r.montant for r in valables), ZERO)
    if faits.est_annulee:
        return Devenir(IssuePromesse.ANNULEE, recu)
    if le := couverte_le(valables, faits.montant):
        retard = max((le - faits.pour_le).days, 0)
        return Devenir(IssuePromesse.EN_RETARD if retard else IssuePromesse.TENUE, recu, le, retard)
    return Devenir(_sans_reglement(faits, au), recu)


def _sans_reglement(faits: FaitsPromesse, au: date) -> IssuePromesse:
    if faits.dite_tenue is not None:
        return IssuePromesse.TENUE if faits.dite_tenue else IssuePromesse.NON_TENUE
    if faits.est_remplacee:
        a_temps = faits.close_le is None or faits.close_le <= faits.pour_le
        return IssuePromesse.REMPLACEE if a_temps else IssuePromesse.NON_TENUE
    if se_laisse_attendre(faits.pour_le, au=au):
        return IssuePromesse.EN_COURS
    return IssuePromesse.NON_TENUE


@dataclass(frozen=True, slots=True)
class Fiabilite:
    """Des promesses dont on sait ce qu'elles sont devenues, combien furent tenues."""

    a_l_heure: int = 0
    en_retard: int = 0
    non_tenues: int = 0

    @property
    def jugees(self) -> int:
        return self.a_l_heure + self.en_retard + self.non_tenues

    @property
    def tenues(self) -> int:
        return self.a_l_heure + self.en_retard

    @property
    def phrase(self) -> str:
        """« 2 tenues sur 3 (67 %), dont 1 à l'heure (33 %) » ; vide s'il n'y a rien à juger."""
        if not self.jugees:
            return ""
        s = "s" if self.tenues > 1 else ""
        return (
            f"{self.tenues} tenue{s} sur {self.jugees} ({self._part(self.tenues)}), "
            f"dont {self.a_l_heure} à l'heure ({self._part(self.a_l_heure)})"
        )

    def _part(self, nombre: int) -> str:
        return f"{(200 * nombre + self.jugees) // (2 * self.jugees)} %"


def fiabilite(issues: Iterable[str]) -> Fiabilite:
    """Ni en cours, ni remplacées avant leur date, ni annulées : celles-là ne disent rien."""
    nombres = Counter(issues)
    return Fiabilite(
        nombres[IssuePromesse.TENUE],
        nombres[IssuePromesse.EN_RETARD],
        nombres[IssuePromesse.NON_TENUE],
    )
