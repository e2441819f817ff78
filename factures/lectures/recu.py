"""Ce qu'un règlement a payé, facture par facture : principal, intérêts, 40 €."""

from dataclasses import dataclass
from decimal import Decimal

from factures.enums import MOYENS_QUI_RETIRENT
from factures.lectures.calcul import Calculs, ordre_du_droit
from factures.models import Encaissement, Facture, Imputation
from recouvrement.droit.faits import PRINCIPAL_DABORD, FaitPaiement, ImputationPaiement
from recouvrement.droit.taux import TauxInconnu
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class PartPayee:
    """`eteint` None : un taux manque, seul le nominal et ce qui le dépasse se disent."""

    imputation: Imputation
    signe: int
    eteint: ImputationPaiement | None

    @property
    def facture(self) -> Facture:
        return self.imputation.facture

    @property
    def total(self) -> Decimal:
        return self.signe * self.imputation.somme

    @property
    def principal(self) -> Decimal:
        du_droit = self.eteint.sur_principal if self.eteint else self.imputation.montant
        return self.signe * du_droit

    @property
    def interets(self) -> Decimal:
        return self.signe * (self.eteint.sur_interets if self.eteint else ZERO)

    @property
    def indemnite(self) -> Decimal:
        return self.signe * (self.eteint.sur_indemnite if self.eteint else ZERO)

    @property
    def autre(self) -> Decimal:
        """Payé en trop depuis une renonciation, ou que le droit n'a pas pu chiffrer."""
        return self.total - self.principal - self.interets - self.indemnite

    @property
    def rendus(self) -> Decimal:
        """Ce qu'elle payait, qui n'est plus dû : de nouveau disponible, ou déjà réemployé."""
        return ZERO if self.signe < 0 else self.imputation.rendus

    @property
    def differe(self) -> bool:
        """Le suivi compte tout au montant de la facture ; le droit a payé les intérêts d'abord."""
        return self.signe * self.imputation.montant != self.principal


@dataclass(frozen=True, slots=True)
class Recu:
    encaissement: Encaissement
    parts: tuple[PartPayee, ...]

    @property
    def principal(self) -> Decimal:
        return sum((part.principal for part in self.parts), ZERO)

    @property
    def interets(self) -> Decimal:
        return sum((part.interets for part in self.parts), ZERO)

    @property
    def indemnites(self) -> Decimal:
        return sum((part.indemnite for part in self.parts), ZERO)

    @property
    def autre(self) -> Decimal:
        return sum((part.autre for part in self.parts), ZERO)

    @property
    def rendus(self) -> Decimal:
        return sum((part.rendus for part in self.parts), ZERO)

    @property
    def impute(self) -> Decimal:
        return sum((part.total for part in self.parts), ZERO)

    @property
    def differe(self) -> bool:
        return any(part.differe for part in self.parts)

    @property
    def ordre(self) -> str:
        """Dans quel ordre il a payé, et pourquoi."""
        encaissement = self.encaissement
        if encaissement.moyen in MOYENS_QUI_RETIRENT:
            return "Un avoir réduit le principal : il ne paye ni intérêts ni indemnité."
        ordres = {part.eteint.ordre for part in self.parts if part.eteint}
        du_reglement = " (ordre convenu pour ce règlement)" if encaissement.ordre else ""
        if ordres == {PRINCIPAL_DABORD}:
            return (
                "Le principal d'abord, le créancier y consentant (C. civ., art. 1343-1), puis les "
                f"intérêts et l'indemnité{du_reglement}."
            )
        if PRINCIPAL_DABORD in ordres:
            return "Les intérêts ou le principal d'abord, selon la convention de chaque facture."
        return (
            "Les intérêts d'abord, puis le principal, puis l'indemnité (C. civ., art. 1343-1)"
            f"{du_reglement}."
        )


def recu_du_reglement(encaissement: Encaissement) -> Recu:
    """Annulé, il dit ce qu'il payait ; sa contre-écriture, ce qu'elle reprend."""
    fait = encaissement.annule or encaissement
    imputations = list(
        fait.imputations.select_related("facture").order_by("facture__date_echeance", "facture")
    )
    factures = [imputation.facture for imputation in imputations]
    calculs = Calculs(encaissement.client, factures)
    signe = -1 if encaissement.annule_id else 1
    return Recu(
        encaissement,
        tuple(
            PartPayee(imputation, signe, _eteint(calculs, fait, imputation))
            for imputation in imputations
        ),
    )


def _eteint(
    calculs: Calculs, fait: Encaissement, imputation: Imputation
) -> ImputationPaiement | None:
    # Annulé, il n'est plus des faits du décompte : on l'y remet le temps de le lire.
    disparu = FaitPaiement(
        imputation.somme,
        imputation.le,
        fait.reference,
        avoir=fait.moyen in MOYENS_QUI_RETIRENT,
        ordre=ordre_du_droit(fait.ordre),
        cle=fait.pk,
    )
    de_plus = (disparu,) if fait.est_neutralise else ()
    try:
        calcul = calculs.decompte(imputation.facture, imputation.le, *de_plus)
    except TauxInconnu:
        return None
    return next((paye for paye in calcul.paiements if paye.cle == fait.pk), None)


def eteint_par(paye: ImputationPaiement) -> str:
    """« 203,13 € d'intérêts, 3 796,87 € de principal »."""
    parts = (
        (paye.sur_interets, "d'intérêts"),
        (paye.sur_principal, "de principal"),
        (paye.sur_indemnite, "d'indemnité"),
        (paye.excedent, "en trop"),
    )
    return ", ".join(f"{euros(somme)} {quoi}" for somme, quoi in parts if somme)
