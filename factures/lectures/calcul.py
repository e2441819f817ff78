"""Ce que le droit lit des factures d'un client, lu une fois, et le décompte de chacune."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.enums import MOYENS_QUI_RETIRENT, Moyen, OrdreImputation
from factures.lectures.conventions import Conventions
from factures.lectures.taux import table_en_vigueur
from factures.lectures.tranches import Tranches
from factures.models import Facture, Imputation
from recouvrement.droit import faits
from recouvrement.droit.decompte import Decompte, decompte
from recouvrement.droit.faits import FaitFacture, FaitPaiement
from recouvrement.droit.regimes import regime_de
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class AvoirEmploye:
    """Ce qui a retiré de cette dette ; `reste` : ce qui demeure à employer d'un avoir."""

    numero: str
    le: date
    montant: Decimal
    reste: Decimal
    moyen: str

    @property
    def est_un_remplacement(self) -> bool:
        return self.moyen == Moyen.REMPLACEMENT


class Calculs:
    """Paiements, conventions et taux : trois lectures, quel que soit le nombre de factures.

    `mises_en_demeure` (facture → réception) : contre un particulier, rien ne court avant elle.
    `contestes` (facture → montant) : laissé hors de compte, intérêts compris.
    """

    def __init__(
        self,
        client: Client,
        factures: Sequence[Facture],
        *,
        mises_en_demeure: Mapping[int, date] | None = None,
        contestes: Mapping[int, Decimal] | None = None,
    ) -> None:
        self.regime = regime_de(client.nature)
        self.paiements: dict[int, list[FaitPaiement]] = defaultdict(list)
        self.avoirs: dict[int, list[AvoirEmploye]] = defaultdict(list)
        self._lire_les_paiements(client, factures)
        self.conventions, self.table = Conventions(client), table_en_vigueur()
        self.recues = mises_en_demeure or {}
        self.contestes = contestes or {}
        self.freres = Tranches(client, factures)

    def decompte(self, facture: Facture, au: date, *de_plus: FaitPaiement) -> Decompte:
        """`de_plus` : des paiements que rien n'a encore écrits. Lève `TauxInconnu`."""
        recue_le = self.recues.get(facture.pk) or facture.mise_en_demeure_recue_le
        convention = self.conventions.du_droit(facture, self.regime, recue_le)
        if facture.est_une_tranche and not self.freres.porte_l_indemnite(facture, au):
            convention = replace(convention, indemnite_ailleurs=True)
        montant = facture.montant_ttc - self.contestes.get(facture.pk, ZERO)
        fait = FaitFacture(facture.reference, montant, facture.date_emission, facture.date_echeance)
        paiements = [*self.paiements[facture.pk], *de_plus]
        return decompte(fait, paiements, convention, au, self.table)

    def _lire_les_paiements(self, client: Client, factures: Sequence[Facture]) -> None:
        """Ceux qui valent encore : une contre-écriture retire le fait, elle n'en est pas un."""
        # Le nominal est payé le premier : qui doit encore tout son montant n'a rien reçu.
        entamees = [facture.pk for facture in factures if facture.est_entamee]
        if not entamees:
            return
        imputations = (
            Imputation.objects.pour(client.creancier)
            .valables()
            .filter(facture__in=entamees)
            .values_list(
                "facture_id",
                "montant",
                "accessoires",
                "le",
                "encaissement_id",
                "encaissement__reference",
                "encaissement__moyen",
                "encaissement__avoir__solde",
                "encaissement__ordre",
            )
        )
        for facture, montant, accessoires, le, cle, reference, moyen, reste, ordre in imputations:
            if moyen in MOYENS_QUI_RETIRENT:
                retire = AvoirEmploye(reference, le, montant, reste or ZERO, moyen)
                self.avoirs[facture].append(retire)
            self.paiements[facture].append(
                FaitPaiement(
                    montant + accessoires,
                    le,
                    reference,
                    avoir=moyen in MOYENS_QUI_RETIRENT,
                    ordre=ordre_du_droit(ordre),
                    cle=cle,
                )
            )

    def dernier_paiement(self, facture: Facture) -> date:
        return max((p.le for p in self.paiements[facture.pk]), default=date.min)


def ordre_du_droit(choisi: str) -> faits.Imputation | None:
    """Vide : la convention en décide."""
    match choisi:
        case OrdreImputation.INTERETS:
            return faits.INTERETS_DABORD
        case OrdreImputation.PRINCIPAL:
            return faits.PRINCIPAL_DABORD
    return None
