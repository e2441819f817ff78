"""Le décompte en écritures signées : leur somme, au centime, est ce qui est dû."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from factures.lectures.decompte import DecompteClient, LigneDecompte
from factures.lectures.recu import eteint_par
from factures.models import Facture
from recouvrement.droit.faits import ImputationPaiement
from recouvrement.droit.regimes import Regime
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class Ecriture:
    """Une ligne du compte : en plus ce qui est né, en moins ce qui l'a éteint."""

    genre: str
    libelle: str
    montant: Decimal
    le: date
    du: date | None = None
    au: date | None = None
    jours: int | None = None
    assiette: Decimal | None = None
    taux: Decimal | None = None
    fondement: str = ""

    @property
    def est_un_paiement(self) -> bool:
        return self.genre in ("reglement", "avoir")


@dataclass(frozen=True, slots=True)
class CompteDeFacture:
    ligne: LigneDecompte
    ecritures: tuple[Ecriture, ...]

    @property
    def facture(self) -> Facture:
        return self.ligne.facture

    @property
    def total(self) -> Decimal:
        return sum((ecriture.montant for ecriture in self.ecritures), ZERO)


def comptes(decompte: DecompteClient) -> list[CompteDeFacture]:
    return [CompteDeFacture(ligne, _ecritures(ligne, decompte)) for ligne in decompte.lignes]


def _ecritures(ligne: LigneDecompte, decompte: DecompteClient) -> tuple[Ecriture, ...]:
    facture, calcul = ligne.facture, ligne.calcul
    principal = Ecriture("principal", "Montant TTC", facture.montant_ttc, facture.date_emission)
    if calcul is None:
        # Un taux manque : seul le principal se dit, les intérêts ne se devinent pas.
        regle = facture.montant_ttc - ligne.principal
        if not regle:
            return (principal,)
        return principal, Ecriture("reglement", "Déjà réglé", -regle, decompte.au)
    lignes = [
        Ecriture(
            "periode",
            "Pénalités de retard" if calcul.regime == Regime.B2B else "Intérêts de retard",
            periode.montant,
            periode.au,
            du=periode.du,
            au=periode.au,
            jours=periode.jours,
            assiette=periode.principal,
            taux=periode.taux,
            fondement=periode.fondement,
        )
        for periode in calcul.periodes
    ]
    lignes += [
        Ecriture(
            "avoir" if recu.avoir else "reglement",
            _ce_qu_il_a_paye(recu),
            recu.excedent - recu.montant,
            recu.le,
            fondement=recu.reference,
        )
        for recu in calcul.paiements
    ]
    lignes.sort(key=lambda ecriture: (ecriture.le, ecriture.genre != "periode"))
    fin = []
    if calcul.indemnite_initiale or calcul.remise_indemnite:
        fin.append(
            Ecriture(
                "indemnite",
                "Indemnité forfaitaire",
                calcul.indemnite_initiale + calcul.remise_indemnite,
                decompte.au,
                fondement="C. com., art. L441-10 et D441-5",
            )
        )
    if calcul.remise_indemnite:
        quoi = "Indemnité à laquelle on renonce"
        fin.append(Ecriture("remise", quoi, -calcul.remise_indemnite, decompte.au))
    if calcul.remise_interets:
        fin.append(
            Ecriture("remise", "Intérêts auxquels on renonce", -calcul.remise_interets, decompte.au)
        )
    return (principal, *lignes, *fin)


def _ce_qu_il_a_paye(recu: ImputationPaiement) -> str:
    """« Règlement de 4 000,00 € : 203,13 € d'intérêts, 3 796,87 € de principal »."""
    nom = "Avoir" if recu.avoir else "Règlement"
    return f"{nom} de {euros(recu.montant)} : {eteint_par(recu)}"
