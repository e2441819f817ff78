"""La page d'une facture : ce qu'elle vaut aujourd'hui, ce qui l'a payée, ce qui la suit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from factures.enums import Moyen
from factures.lectures.decompte import LigneDecompte, decompte_client
from factures.lectures.recu import eteint_par
from factures.lectures.tranches import tranches_de
from factures.models import Encaissement, Facture, Imputation, Litige, Piece
from recouvrement.journal.lectures import historique
from recouvrement.journal.models import Entree
from recouvrement.socle.formats import jour, pluriel
from recouvrement.socle.montants import ZERO

LIMITE_HISTORIQUE = 50


@dataclass(frozen=True, slots=True)
class Situation:
    """Où en est une facture, ou un avoir : un mot, son signe et son ton."""

    mot: str
    icone: str
    ton: str = ""
    precision: str = ""


@dataclass(frozen=True, slots=True)
class FicheFacture:
    facture: Facture
    calcul: LigneDecompte | None
    refus: str
    retard: int
    regle: Decimal
    imputations: list[Imputation]
    # Pour un avoir : les règlements qu'il a faits.
    utilisations: list[Encaissement]
    litiges: list[Litige]
    pieces: list[Piece]
    historique: list[Entree]
    # Payable en plusieurs fois : toutes ses échéances, elle comprise.
    tranches: list[Facture]

    @property
    def total_de_la_facture(self) -> Decimal:
        return sum((tranche.montant_ttc for tranche in self.tranches), ZERO)

    @property
    def recu(self) -> Decimal:
        """Tout ce qu'elle a reçu : son montant, et ce qui l'a dépassé."""
        return sum((imputation.somme for imputation in self.imputations), ZERO)

    @property
    def litige(self) -> Litige | None:
        return next((litige for litige in self.litiges if litige.clos_le is None), None)

    @property
    def situation(self) -> Situation:
        facture = self.facture
        if facture.est_avoir:
            if facture.solde:
                return Situation("Avoir à utiliser", "reglement", "accent")
            return Situation("Avoir utilisé", "oui", "solde")
        if not facture.solde and self.remplacee_par:
            return Situation("Remplacée", "oui", "solde", f"par {self.remplacee_par}")
        if not facture.solde:
            return Situation("Soldée", "oui", "solde", f"le {jour(facture.soldee_le)}")
        if self.retard:
            return Situation(f"{pluriel(self.retard, 'jour')} de retard", "heure", "echu")
        return Situation("À échoir", "heure")

    @property
    def remplacee_par(self) -> str:
        """La rectificative qui l'a éteinte, si son remplacement vaut encore."""
        recus = (imputation.encaissement for imputation in self.imputations)
        return next(
            (
                recu.reference
                for recu in recus
                if recu.moyen == Moyen.REMPLACEMENT and not recu.est_neutralise
            ),
            "",
        )

    @property
    def se_regle(self) -> bool:
        return bool(self.facture.solde) and not self.facture.est_avoir

    @property
    def s_utilise(self) -> bool:
        return bool(self.facture.solde) and self.facture.est_avoir

    @property
    def libelle_total(self) -> str:
        return "Reste à utiliser" if self.facture.est_avoir else "Dû ce jour"

    @property
    def lignes_decompte(self) -> list[tuple[str, Decimal]]:
        if self.facture.est_avoir:
            lignes = [("Montant de l’avoir", self.facture.montant_ttc)]
            return [*lignes, ("Déjà utilisé", self.regle)] if self.regle else lignes
        lignes = [("Montant TTC", self.facture.montant_ttc)]
        if self.regle:
            lignes.append(("Réglé", -self.regle))
        if self.calcul and self.calcul.interets_nes is not None:
            lignes.append(("Intérêts courus", self.calcul.interets_nes))
        if self.calcul and self.calcul.indemnite_nee is not None:
            lignes.append(("Indemnité forfaitaire", self.calcul.indemnite_nee))
        if self.calcul and self.calcul.accessoires_payes:
            lignes.append(("Intérêts et indemnité réglés", -self.calcul.accessoires_payes))
        return lignes

    @property
    def total(self) -> Decimal:
        return self.calcul.total if self.calcul else self.facture.solde

    @property
    def reste_des_accessoires(self) -> bool:
        """Payée en retard : le principal n'est plus dû, ses accessoires le sont encore."""
        return self.calcul is not None and self.calcul.reste_des_accessoires


def fiche_facture(facture: Facture, *, au: date) -> FicheFacture:
    creancier, due = facture.creancier, facture.solde > 0 and not facture.est_avoir
    a_chiffrer = due or facture.est_reglee_en_retard
    decompte = decompte_client(facture.client, au=au, factures=[facture]) if a_chiffrer else None
    imputations, utilisations = [], []
    if facture.est_avoir:
        utilisations = list(
            Encaissement.objects.pour(creancier)
            .filter(avoir=facture)
            .select_related("contre_ecriture", "annule", "saisi_par")
            .prefetch_related("imputations__facture")
            .order_by("recu_le", "pk")
        )
    else:
        imputations = list(
            Imputation.objects.pour(creancier)
            .filter(facture=facture)
            .select_related(
                "encaissement__contre_ecriture", "encaissement__saisi_par", "encaissement__annule"
            )
            .order_by("le", "pk")
        )
    calcul = decompte.lignes[0] if decompte else None
    payes = {paye.cle: paye for paye in decompte.paiements} if decompte else {}
    for imputation in imputations:
        paye = payes.get(imputation.encaissement_id)
        # Tout au principal : le montant le dit déjà.
        a_dire = paye is not None and paye.sur_principal != imputation.somme
        imputation.eteint = eteint_par(paye) if paye and a_dire else ""
    return FicheFacture(
        facture=facture,
        calcul=calcul,
        refus=decompte.refus if decompte else "",
        retard=facture.jours_de_retard(au=au) if due else 0,
        regle=facture.montant_ttc - facture.solde,
        imputations=imputations,
        utilisations=utilisations,
        litiges=list(
            Litige.objects.pour(creancier)
            .filter(facture=facture)
            .select_related("ouvert_par")
            .order_by("-pk")
        ),
        pieces=list(
            Piece.objects.pour(creancier)
            .filter(facture=facture)
            .select_related("deposee_par")
            .order_by("pk")
        ),
        historique=list(historique(facture)[:LIMITE_HISTORIQUE]),
        tranches=tranches_de(facture),
    )
