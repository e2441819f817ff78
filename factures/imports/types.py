"""Ce que rendent les lecteurs : des faits lus, rien d'enregistré."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from recouvrement.socle.tableur.encodages import Lecture
from recouvrement.socle.tableur.lecture import Feuille

FACTURE, ACOMPTE, AVOIR = "facture", "acompte", "avoir"
LONGUEUR_CONDITIONS = 250


def presente[T](valeur: T | None) -> T:
    """Ce que les contrôles garantissent ; manquant, c'est une faute de programme."""
    if valeur is None:
        raise ValueError("Une facture contrôlée a toujours cette valeur.")
    return valeur


@dataclass(frozen=True, slots=True)
class Refus:
    """Une raison de ne pas importer, rattachée au champ ou à la colonne en cause.

    `levable` : un défaut de forme ; montants et dates se tiennent, une personne peut passer outre.
    `sujet` : le vendeur ou le débiteur sur qui une personne doit d'abord répondre.
    """

    champ: str
    phrase: str
    levable: bool = False
    sujet: str = ""


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Ce qu'il faut montrer sans l'empêcher."""

    champ: str
    phrase: str


@dataclass(frozen=True, slots=True)
class PartieLue:
    nom: str = ""
    siren: str = ""
    siret: str = ""
    tva: str = ""
    code: str = ""
    lignes: tuple[str, ...] = ()
    code_postal: str = ""
    ville: str = ""
    pays: str = ""
    # Dans l'ordre lu : la première utilisable est celle à qui l'on écrit.
    courriels: tuple[str, ...] = ()
    telephone: str = ""
    # Ce que le fichier dit de sa nature et de sa forme, tel qu'écrit.
    qualite: str = ""
    forme: str = ""

    @property
    def courriel(self) -> str:
        return self.courriels[0] if self.courriels else ""


class EcheanceLue(NamedTuple):
    """Une des échéances d'une facture ; son montant, si le fichier le dit."""

    le: date
    montant: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TvaLue:
    """Une ligne de la ventilation de la TVA, le taux tel qu'écrit."""

    categorie: str
    taux: str
    base: Decimal | None
    montant: Decimal | None


@dataclass(frozen=True, slots=True)
class FactureLue:
    """Montants toujours positifs, avoirs compris : `nature` porte le sens.

    Après les contrôles, `numero`, `date_emission` et `montant_ttc` sont toujours là.
    """

    numero: str
    nature: str
    date_emission: date | None
    date_echeance: date | None
    devise: str
    montant_ht: Decimal | None
    montant_tva: Decimal | None
    montant_ttc: Decimal | None
    montant_prepaye: Decimal | None
    montant_du: Decimal | None
    vendeur: PartieLue
    acheteur: PartieLue
    arrondi: Decimal = Decimal("0.00")
    tva_par_taux: tuple[TvaLue, ...] = ()
    iban: str = ""
    reference_commande: str = ""
    # Les factures qu'il nomme (BT-25), et s'il les remplace (type 384).
    origines: tuple[str, ...] = ()
    est_rectificative: bool = False
    # Un tableur dit ce qui reste dû le jour de l'export ; un document, ce qui l'était à l'émission.
    dit_le_reste: bool = False
    libelle: str = ""
    # Les conditions de règlement telles qu'écrites (BT-20, ou une colonne).
    conditions: str = ""
    # Plusieurs échéances, avant que la facture ne soit coupée ; ensuite, laquelle sur combien.
    echeances: tuple[EcheanceLue, ...] = ()
    tranche: int = 1
    tranches: int = 1
    # Le tableau le dit : ce montant est celui de l'échéance, et voici celui de la facture.
    est_montant_d_echeance: bool = False
    total_annonce: Decimal | None = None
    profil: str = ""
    notes: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """Ce qu'un avoir crédite, ou qu'une rectificative remplace ; d'une facture, un contexte."""
        est_a_suivre = self.nature == AVOIR or self.est_rectificative
        autres = dict.fromkeys(n for n in self.origines if n != self.numero)
        return tuple(autres) if est_a_suivre else ()

    @property
    def emission(self) -> date:
        return presente(self.date_emission)

    @property
    def cle(self) -> tuple[str, int]:
        return self.numero, self.tranche

    @property
    def ttc(self) -> Decimal:
        return presente(self.montant_ttc)


@dataclass(frozen=True, slots=True)
class LigneLue:
    """Une ligne de tableur : `facture` si elle est bonne, sinon les raisons de la refuser."""

    numero_ligne: int
    facture: FactureLue | None
    refus: tuple[Refus, ...] = ()
    alertes: tuple[Anomalie, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultatLecture:
    """Un fichier lu : des factures (PDF, XML), ou une feuille à mettre en colonnes."""

    nom: str
    factures: tuple[FactureLue, ...] = ()
    feuille: Feuille | None = None
    refus: tuple[Refus, ...] = ()
    alertes: tuple[Anomalie, ...] = ()
    pages: int = 0
    actif: bool = False
    # Les encodages entre lesquels une personne doit choisir.
    lectures: tuple[Lecture, ...] = ()
