"""Ce que doit un client un jour donné, intérêts et indemnités compris, facture par facture."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.lectures.conventions import Conventions
from factures.lectures.taux import table_en_vigueur
from factures.models import Facture, Imputation
from recouvrement.droit.decompte import Decompte, PeriodeInteret, decompte
from recouvrement.droit.faits import FaitFacture, FaitPaiement
from recouvrement.droit.regimes import Regime, regime_de
from recouvrement.droit.taux import TauxInconnu
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class LigneDecompte:
    """Une facture : `interets` None quand le droit n'a pas pu chiffrer."""

    facture: Facture
    principal: Decimal
    interets: Decimal | None
    indemnite: Decimal | None
    total: Decimal
    periodes: tuple[PeriodeInteret, ...] = ()
    avertissements: tuple[str, ...] = ()
    calcul: Decompte | None = None


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
    def echu(self) -> Decimal:
        return sum(
            (ligne.principal for ligne in self.lignes if ligne.facture.est_echue(au=self.au)), ZERO
        )

    @property
    def accessoires(self) -> Decimal:
        return (self.interets or ZERO) + (self.indemnites or ZERO)


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
    refus, lignes = "", []
    for facture in factures:
        recue_le = recues.get(facture.pk) or facture.mise_en_demeure_recue_le
        convention = conventions.du_droit(facture, regime, recue_le)
        fait = FaitFacture(
            facture.numero, facture.montant_ttc, facture.date_emission, facture.date_echeance
        )
        try:
            calcul = decompte(fait, paiements[facture.pk], convention, au, table)
        except TauxInconnu as erreur:
            refus = str(erreur)
            lignes.append(LigneDecompte(facture, facture.solde, None, None, facture.solde))
            continue
        lignes.append(
            LigneDecompte(
                facture,
                calcul.principal_restant,
                calcul.interets_dus,
                calcul.indemnite,
                calcul.total,
                calcul.periodes,
                calcul.avertissements,
                calcul,
            )
        )
    return DecompteClient(
        au=au,
        regime=regime,
        lignes=tuple(lignes),
        principal=sum((ligne.principal for ligne in lignes), ZERO),
        interets=None if refus else sum((ligne.interets for ligne in lignes), ZERO),
        indemnites=None if refus else sum((ligne.indemnite for ligne in lignes), ZERO),
        total=sum((ligne.total for ligne in lignes), ZERO),
        refus=refus,
    )


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
