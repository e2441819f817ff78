"""Ce que doit un client un jour donné, intérêts et indemnités compris, facture par facture."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.lectures.arrete import reglees_en_retard
from factures.lectures.conventions import Conventions
from factures.lectures.taux import table_en_vigueur
from factures.models import Facture, Imputation
from recouvrement.droit.decompte import Decompte, PeriodeInteret, decompte
from recouvrement.droit.faits import FaitFacture, FaitPaiement
from recouvrement.droit.regimes import QUALITE_A_ETABLIR, Regime, regime_de
from recouvrement.droit.taux import TauxInconnu
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class LigneDecompte:
    """Une facture : `interets` None quand le droit n'a pas pu chiffrer.

    Deux lectures du même total. Imputée : `principal`, `interets` et `indemnite` disent ce que
    chaque règlement a laissé. Nominale : `solde` (le TTC moins tout ce qui a été reçu) plus
    `interets_nes` et `indemnite_nee`, quoi que les règlements aient payé d'abord.
    """

    facture: Facture
    principal: Decimal
    interets: Decimal | None
    indemnite: Decimal | None
    total: Decimal
    solde: Decimal
    calcul: Decompte | None = None
    refus: str = ""

    @property
    def periodes(self) -> tuple[PeriodeInteret, ...]:
        return self.calcul.periodes if self.calcul else ()

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
    def est_eteinte(self) -> bool:
        """Payée, et ses accessoires payés ou abandonnés : rien n'en reste à montrer."""
        return not self.solde and not self.total


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
    def accessoires(self) -> Decimal:
        """Vrai quelle que soit l'imputation : le total moins la somme des soldes."""
        return self.total - self.solde

    @property
    def interets_nes(self) -> Decimal | None:
        return _total(ligne.interets_nes for ligne in self.lignes)

    @property
    def indemnites_nees(self) -> Decimal | None:
        return _total(ligne.indemnite_nee for ligne in self.lignes)

    @property
    def principal_differe(self) -> bool:
        return any(ligne.principal_differe for ligne in self.lignes)

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
) -> DecompteClient:
    """Sans `factures`, toutes celles qui restent dues.

    `mises_en_demeure` (facture → réception) : contre un particulier, rien ne court avant elle.
    """
    if factures is None:
        factures = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
        factures = factures.order_by("date_echeance", "pk")
    factures = list(factures)
    regime = regime_de(client.nature)
    paiements = _paiements(client, factures)
    conventions, table = Conventions(client), table_en_vigueur()
    recues = mises_en_demeure or {}
    lignes = []
    for facture in factures:
        recue_le = recues.get(facture.pk) or facture.mise_en_demeure_recue_le
        convention = conventions.du_droit(facture, regime, recue_le)
        fait = FaitFacture(
            facture.numero, facture.montant_ttc, facture.date_emission, facture.date_echeance
        )
        try:
            calcul = decompte(fait, paiements[facture.pk], convention, au, table)
        except TauxInconnu as erreur:
            recu = sum((p.montant for p in paiements[facture.pk] if p.le <= au), ZERO)
            reste = facture.montant_ttc - recu
            lignes.append(
                LigneDecompte(facture, reste, None, None, reste, reste, refus=str(erreur))
            )
            continue
        lignes.append(
            LigneDecompte(
                facture,
                calcul.principal_restant,
                calcul.interets_dus,
                calcul.indemnite,
                calcul.total,
                facture.montant_ttc - sum((p.montant - p.excedent for p in calcul.paiements), ZERO),
                calcul,
            )
        )
    return _additionner(lignes, au=au, regime=regime)


def accessoires_des_reglees(client: Client, *, au: date) -> DecompteClient:
    """Les factures payées en retard dont des intérêts ou les 40 € restent dus ce jour-là."""
    reglees = reglees_en_retard(client, au=au)
    decompte = decompte_client(client, au=au, factures=reglees)
    return decompte.seulement(lambda ligne: ligne.reste_des_accessoires)


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


def _paiements(client: Client, factures: list[Facture]) -> dict[int, list[FaitPaiement]]:
    """Les règlements encore valables ; une contre-écriture retire le fait, elle n'en est pas un."""
    faits: dict[int, list[FaitPaiement]] = defaultdict(list)
    reglees = [facture.pk for facture in factures if facture.solde != facture.montant_ttc]
    if not reglees:
        return faits
    imputations = (
        Imputation.objects.pour(client.creancier)
        .filter(
            facture__in=reglees,
            encaissement__annule=None,
            encaissement__contre_ecriture=None,
        )
        .values_list(
            "facture_id", "montant", "le", "encaissement__reference", "encaissement__avoir"
        )
    )
    for facture, montant, le, reference, avoir in imputations:
        faits[facture].append(FaitPaiement(montant, le, reference, avoir=avoir is not None))
    return faits
