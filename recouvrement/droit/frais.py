"""Ce que coûte une voie : tarifs datés, avec leur certitude ; l'incertain est une fourchette.

Signification : émolument A444-11 n° 4 (25,79 € HT) au coefficient de l'article A444-46, plus le
déplacement A444-48 (8,80 €), TVA 20 %. Greffe du tribunal de commerce, injonction : 30,23 € TTC
depuis le 01/03/2026 (25,19 € HT, arrêté du 25/02/2026) ; 33,47 € et 37,07 € sont d'anciens barèmes.

>>> signification(Decimal("100")).ttc, signification(Decimal("1000")).ttc
(Decimal('26.03'), Decimal('41.51'))
>>> signification(Decimal("5000")).ttc
Decimal('72.46')
>>> cout_injonction(Decimal("5000"), commercial=True).ttc
Decimal('102.69')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from recouvrement.droit.sources import Confiance, lire
from recouvrement.socle.montants import ZERO, arrondir

TVA = Decimal("1.20")
SEUIL_AVOCAT = Decimal(10000)


@dataclass(frozen=True, slots=True)
class Frais:
    """Un poste : de combien à combien TTC, par quel texte, et s'il est à confirmer."""

    code: str
    libelle: str
    minimum: Decimal
    maximum: Decimal
    fondement: str
    confiance: Confiance
    effet: date | None = None

    @property
    def est_une_fourchette(self) -> bool:
        """Vrai si les sources ne donnent pas un montant unique."""
        return self.minimum != self.maximum

    @property
    def a_confirmer(self) -> bool:
        """Vrai si l'écran doit écrire « à confirmer »."""
        return self.est_une_fourchette or self.confiance.a_confirmer

    @property
    def ttc(self) -> Decimal:
        """Le montant retenu : le plus haut de la fourchette, par prudence."""
        return self.maximum


@cache
def tarifs() -> Mapping[str, Frais]:
    """Les tarifs livrés (`donnees/frais.csv`), par code."""
    return MappingProxyType(
        {
            ligne["code"]: Frais(
                code=ligne["code"],
                libelle=ligne["libelle"],
                minimum=Decimal(ligne["minimum"]),
                maximum=Decimal(ligne["maximum"]),
                fondement=ligne["source"],
                confiance=Confiance(ligne["confiance"]),
                effet=date.fromisoformat(ligne["effet"]) if ligne["effet"] else None,
            )
            for ligne in lire("frais.csv")
        }
    )


def signification(creance: Decimal, table: Mapping[str, Frais] | None = None) -> Frais:
    """La signification de l'ordonnance par commissaire de justice, selon le montant dû.

    `table` : les tarifs corrigés par un opérateur, à la place de ceux livrés.
    """
    table = table or tarifs()
    if creance <= 128:
        coefficient = Decimal("0.5")
    elif creance <= 1280:
        coefficient = Decimal(1)
    else:
        coefficient = Decimal(2)
    emolument = table["emolument_signification_ht"].maximum * coefficient
    montant = arrondir((emolument + table["deplacement_ht"].maximum) * TVA)
    return Frais(
        "signification",
        "signification de l'ordonnance",
        montant,
        montant,
        "C. com., art. A444-11, A444-46 et A444-48",
        Confiance.VU_TIERS,
    )


def greffe_injonction(*, commercial: bool, table: Mapping[str, Frais] | None = None) -> Frais:
    """Le greffe : un émolument au tribunal de commerce, rien au tribunal judiciaire."""
    return (table or tarifs())["greffe_tc" if commercial else "greffe_tj"]


def cout_injonction(
    creance: Decimal, *, commercial: bool, table: Mapping[str, Frais] | None = None
) -> Frais:
    """Greffe et signification d'une injonction de payer : ce que le créancier avance."""
    greffe = greffe_injonction(commercial=commercial, table=table)
    acte = signification(creance, table)
    return Frais(
        "injonction",
        "greffe et signification",
        greffe.minimum + acte.minimum,
        greffe.maximum + acte.maximum,
        f"{greffe.fondement} ; {acte.fondement}",
        greffe.confiance if greffe.a_confirmer else acte.confiance,
    )


def contribution_justice(*, tribunal_judiciaire: bool, injonction: bool) -> Decimal:
    """50 € par instance au tribunal judiciaire, jamais pour une injonction (CGI, 1635 bis Q).

    >>> contribution_justice(tribunal_judiciaire=True, injonction=False)
    Decimal('50.00')
    """
    if injonction or not tribunal_judiciaire:
        return ZERO
    return tarifs()["contribution_tj"].maximum
