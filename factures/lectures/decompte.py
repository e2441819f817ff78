"""Ce que doit un client un jour donné, intérêts et indemnités compris, facture par facture."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.lectures.arrete import reglees_en_retard
from factures.lectures.calcul import AvoirEmploye, Calculs
from factures.models import Facture
from recouvrement.droit.decompte import Decompte, ImputationPaiement, PeriodeInteret
from recouvrement.droit.regimes import QUALITE_A_ETABLIR, Regime
from recouvrement.droit.taux import TauxInconnu
from recouvrement.socle.formats import euros, jour
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class LigneDecompte:
    """Une facture : `interets` None quand le droit n'a pas pu chiffrer.

    Deux lectures du même total. Imputée : `principal`, `interets` et `indemnite` disent ce que
    chaque règlement a laissé. Nominale : `solde` (le TTC moins tout ce qui a été reçu) plus
    `interets_nes` et `indemnite_nee`, moins `accessoires_payes`, quoi qu'un règlement ait éteint
    d'abord.
    """

    facture: Facture
    principal: Decimal
    interets: Decimal | None
    indemnite: Decimal | None
    total: Decimal
    solde: Decimal
    recu: Decimal
    calcul: Decompte | None = None
    refus: str = ""
    # Ce que le client en conteste, que ce décompte-ci laisse hors de compte.
    conteste: Decimal = ZERO
    avoirs: tuple[AvoirEmploye, ...] = ()

    @property
    def periodes(self) -> tuple[PeriodeInteret, ...]:
        return self.calcul.periodes if self.calcul else ()

    @property
    def paiements(self) -> tuple[ImputationPaiement, ...]:
        return self.calcul.paiements if self.calcul else ()

    @property
    def avertissements(self) -> tuple[str, ...]:
        return self.calcul.avertissements if self.calcul else ()

    @property
    def interets_nes(self) -> Decimal | None:
        """Les intérêts courus, moins ceux auxquels le créancier renonce."""
        return self.calcul and self.calcul.interets_courus - self.calcul.remise_interets

    @property
    def indemnite_nee(self) -> Decimal | None:
        return self.calcul and self.calcul.indemnite_initiale

    @property
    def excedent(self) -> Decimal:
        """Reçu au-delà de tout ce qui était dû : cela revient au client."""
        return self.calcul.excedent if self.calcul else ZERO

    @property
    def accessoires_payes(self) -> Decimal:
        """Ce que les règlements ont payé au-delà du montant de la facture, et qui était dû."""
        return max(ZERO, self.recu - self.excedent - self.facture.montant_ttc + self.conteste)

    @property
    def reste_interets(self) -> Decimal | None:
        """En lecture nominale : les intérêts nés que rien n'a encore payés."""
        nes = self.interets_nes
        return None if nes is None else max(ZERO, nes - self.accessoires_payes)

    @property
    def reste_indemnite(self) -> Decimal | None:
        """En lecture nominale : les 40 € que rien n'a payés, les intérêts l'étant d'abord."""
        nes, nee = self.interets_nes, self.indemnite_nee
        if nes is None or nee is None:
            return None
        return nee - max(ZERO, self.accessoires_payes - nes)

    @property
    def accessoires(self) -> Decimal:
        """Ce qui est dû en plus du reste à payer de la facture."""
        return self.total - self.solde

    @property
    def principal_differe(self) -> bool:
        """Imputé sur les intérêts d'abord, un règlement laisse du principal que le solde ignore."""
        return self.principal != self.solde

    @property
    def reste_des_accessoires(self) -> bool:
        """La facture est payée, mais en retard : des intérêts ou les 40 € restent dus."""
        return not self.solde and self.total > 0

    @property
    def est_annulee(self) -> bool:
        """Ses avoirs l'ont retirée tout entière : elle n'a jamais été due."""
        retire = sum((avoir.montant for avoir in self.avoirs), ZERO)
        return retire >= self.facture.montant_ttc

    @property
    def est_eteinte(self) -> bool:
        """Payée, ses accessoires payés ou abandonnés : rien n'en reste à montrer ni à expliquer."""
        return not (self.solde or self.total or self.excedent or self.est_annulee)

    @property
    def explications(self) -> tuple[str, ...]:
        """Ce que les chiffres ne disent pas d'eux-mêmes : un avoir tardif, un trop-perçu."""
        return tuple(_expliquer(self))


@dataclass(frozen=True, slots=True)
class DecompteClient:
    au: date
    regime: Regime
    lignes: tuple[LigneDecompte, ...]
    principal: Decimal
    interets: Decimal | None
    indemnites: Decimal | None
    total: Decimal
    # La phrase du droit quand un taux manque ; les intérêts sont alors inconnus, pas nuls.
    refus: str = ""

    @property
    def periodes(self) -> tuple[PeriodeInteret, ...]:
        return tuple(periode for ligne in self.lignes for periode in ligne.periodes)

    @property
    def paiements(self) -> tuple[ImputationPaiement, ...]:
        return tuple(paye for ligne in self.lignes for paye in ligne.paiements)

    @property
    def avertissements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(a for ligne in self.lignes for a in ligne.avertissements))

    @property
    def sans_accessoires(self) -> str:
        """Pourquoi rien ne s'ajoute au principal, tant que l'on ne sait pas qui doit."""
        return QUALITE_A_ETABLIR if self.regime is Regime.INCONNU else ""

    @property
    def solde(self) -> Decimal:
        """La somme des restes à payer, tels que chaque facture les montre."""
        return sum((ligne.solde for ligne in self.lignes), ZERO)

    @property
    def echu(self) -> Decimal:
        return sum(
            (ligne.solde for ligne in self.lignes if ligne.facture.est_echue(au=self.au)), ZERO
        )

    @property
    def a_echoir(self) -> Decimal:
        """Ce que le total compte sans que rien n'en soit encore exigible ce jour-là."""
        return self.solde - self.echu

    @property
    def accessoires(self) -> Decimal:
        """Vrai quelle que soit l'imputation : le total moins la somme des soldes."""
        return self.total - self.solde

    @property
    def excedent(self) -> Decimal:
        """Ce qui, facture à facture, a été reçu de trop."""
        return sum((ligne.excedent for ligne in self.lignes), ZERO)

    @property
    def reste_interets(self) -> Decimal | None:
        return _total(ligne.reste_interets for ligne in self.lignes)

    @property
    def reste_indemnites(self) -> Decimal | None:
        return _total(ligne.reste_indemnite for ligne in self.lignes)

    @property
    def principal_differe(self) -> bool:
        return any(ligne.principal_differe for ligne in self.lignes)

    @property
    def par_reglement(self) -> dict[tuple[int, int], ImputationPaiement]:
        """(règlement, facture) : ce que l'un a éteint de l'autre."""
        return {
            (paye.cle, ligne.facture.pk): paye for ligne in self.lignes for paye in ligne.paiements
        }

    @property
    def a_reclamer(self) -> "DecompteClient":
        """Des factures payées, celles dont des intérêts ou les 40 € restent dus."""
        return self.seulement(lambda ligne: ligne.reste_des_accessoires)

    @property
    def recu_en_trop(self) -> "DecompteClient":
        return self.seulement(lambda ligne: bool(ligne.excedent))

    def seulement(self, garder: Callable[[LigneDecompte], bool]) -> "DecompteClient":
        """Le même, réduit à ces lignes ; ses totaux en sont la somme."""
        lignes = [ligne for ligne in self.lignes if garder(ligne)]
        return _additionner(lignes, au=self.au, regime=self.regime)


def decompte_client(
    client: Client,
    *,
    au: date,
    factures: Iterable[Facture] | None = None,
    mises_en_demeure: Mapping[int, date] | None = None,
    contestes: Mapping[int, Decimal] | None = None,
) -> DecompteClient:
    """Sans `factures`, toutes celles qui restent dues.

    `contestes` (facture → montant) : ce qu'une demande laisse de côté, intérêts compris.
    `mises_en_demeure` (facture → réception) : contre un particulier, rien ne court avant elle.
    """
    if factures is None:
        factures = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
        factures = factures.order_by("date_echeance", "pk")
    factures = list(factures)
    calculs = Calculs(client, factures, mises_en_demeure=mises_en_demeure, contestes=contestes)
    lignes = [_ligne(calculs, facture, au) for facture in factures]
    return _additionner(lignes, au=au, regime=calculs.regime)


def _ligne(calculs: Calculs, facture: Facture, au: date) -> LigneDecompte:
    recu = sum((p.montant for p in calculs.paiements[facture.pk] if p.le <= au), ZERO)
    conteste = calculs.contestes.get(facture.pk, ZERO)
    # Le nominal d'abord : ce qui le dépasse a payé des accessoires.
    solde = max(ZERO, facture.montant_ttc - conteste - recu)
    avoirs = tuple(avoir for avoir in calculs.avoirs[facture.pk] if avoir.le <= au)
    try:
        calcul = calculs.decompte(facture, au)
    except TauxInconnu as erreur:
        return LigneDecompte(
            *(facture, solde, None, None, solde, solde, recu),
            refus=str(erreur),
            conteste=conteste,
            avoirs=avoirs,
        )
    return LigneDecompte(
        facture,
        calcul.principal_restant,
        calcul.interets_dus,
        calcul.indemnite,
        calcul.total,
        solde,
        recu,
        calcul,
        conteste=conteste,
        avoirs=avoirs,
    )


def _expliquer(ligne: LigneDecompte) -> Iterator[str]:
    facture = ligne.facture
    for avoir in ligne.avoirs:
        nom = f"L'avoir {avoir.numero} du {jour(avoir.le)}"
        if avoir.est_un_remplacement:
            yield (
                f"Remplacée par la facture rectificative {avoir.numero} : ce qu'elle devait encore "
                "n'est plus dû au titre de celle-ci."
            )
        elif ligne.est_annulee:
            yield (
                f"{nom} retire {euros(avoir.montant)} d'une facture annulée en entier : elle n'a "
                "jamais été due, et ne porte ni intérêts ni indemnité."
            )
        elif avoir.le > facture.date_echeance and (ligne.interets_nes or ligne.indemnite_nee):
            nes = "les intérêts courus avant lui"
            if ligne.indemnite_nee:
                nes += " et l'indemnité de 40 €"
            yield (
                f"{nom}, postérieur à l'échéance, éteint {euros(avoir.montant)} de principal par "
                f"compensation (C. civ., art. 1347) ; {nes} sont nés et n'en sont pas éteints."
            )
        if avoir.reste:
            yield (
                f"L'avoir {avoir.numero} garde {euros(avoir.reste)} que rien n'a encore employés : "
                "cette somme est en faveur du débiteur."
            )
    if ligne.excedent:
        yield (
            f"{euros(ligne.excedent)} ont été reçus au-delà de ce qui est dû : cette somme est en "
            "faveur du débiteur."
        )


def des_reglees(client: Client, *, au: date) -> DecompteClient:
    """Les factures payées en retard : ce qui en reste dû, ou en a été reçu de trop, ce jour-là."""
    return decompte_client(client, au=au, factures=reglees_en_retard(client, au=au))


def _additionner(lignes: Sequence[LigneDecompte], *, au: date, regime: Regime) -> DecompteClient:
    refus = next((ligne.refus for ligne in lignes if ligne.refus), "")
    return DecompteClient(
        au=au,
        regime=regime,
        lignes=tuple(lignes),
        principal=sum((ligne.principal for ligne in lignes), ZERO),
        interets=_total(ligne.interets for ligne in lignes),
        indemnites=_total(ligne.indemnite for ligne in lignes),
        total=sum((ligne.total for ligne in lignes), ZERO),
        refus=refus,
    )


def _total(montants: Iterable[Decimal | None]) -> Decimal | None:
    """Inconnu dès qu'un seul l'est : quand un taux manque, rien ne se chiffre."""
    total = ZERO
    for montant in montants:
        if montant is None:
            return None
        total += montant
    return total
