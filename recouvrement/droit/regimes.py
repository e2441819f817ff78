"""Les régimes d'intérêts de retard, selon qui doit et à qui.

- B2B : débiteur professionnel (C. com., art. L441-10, II, depuis le 26/04/2019, ex-L441-6) ;
- B2C : débiteur consommateur ou particulier (C. civ., art. 1231-6, depuis le 01/10/2016) ;
- B2G : débiteur pouvoir adjudicateur (code de la commande publique, art. L2192-13, R2192-31
  et D2192-35, depuis le 01/04/2019) ;
- C2X : créancier particulier (C. civ., art. 1231-6 ; CMF, art. L313-2) ;
- INCONNU : la qualité du débiteur n'est pas établie. Seul le principal se réclame : pénalités et
  40 € ne sont dus que d'un professionnel ou d'une personne publique, les intérêts légaux d'un
  particulier attendent sa mise en demeure.

>>> Regime.B2C.regles.indemnite_forfaitaire
Decimal('0')
>>> Regime.B2B.regles.points_bce
Decimal('10')
>>> regime_de("professionnel") is Regime.B2B
True
>>> regime_de("professionnel", creancier_professionnel=False) is Regime.C2X
True
>>> regime_de("inconnue").regles.porte_interet
False
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from recouvrement.droit.sources import Confiance

# C. com., art. D441-5 (décret n° 2021-211, en vigueur le 27/02/2021) ; due par facture.
INDEMNITE_FORFAITAIRE = Decimal("40.00")
QUALITE_A_ETABLIR = (
    "Qualité du débiteur à établir : principal seul, sans intérêts ni indemnité de 40 €."
)


@dataclass(frozen=True, slots=True)
class ReglesRegime:
    """Ce qu'un régime fait courir, depuis quand et à quel taux."""

    libelle: str
    points_bce: Decimal | None
    """Points ajoutés au taux de refinancement ; None : c'est le taux légal qui court."""
    creancier_professionnel: bool
    """Lequel des deux taux légaux : il dépend de la qualité du créancier, jamais du débiteur."""
    sur_mise_en_demeure: bool
    """Vrai : rien ne court avant la réception de la mise en demeure."""
    taux_fige: bool
    """Vrai : le taux du premier jour vaut pour tout le retard, sans coupe au semestre."""
    taux_stipulable: bool
    """Vrai : un taux convenu par écrit remplace le taux supplétif."""
    plancher: bool
    """Vrai : un taux stipulé ne peut être inférieur à trois fois le taux légal."""
    indemnite_forfaitaire: Decimal
    fondement: str
    confiance: Confiance
    porte_interet: bool = True
    """Faux : rien ne court, tant que l'on ne sait pas qui doit."""


class Regime(StrEnum):
    """Le régime d'une facture."""

    B2B = "B2B"
    B2C = "B2C"
    B2G = "B2G"
    C2X = "C2X"
    INCONNU = "INCONNU"

    @property
    def regles(self) -> ReglesRegime:
        """Les règles de ce régime."""
        return REGLES[self]


REGLES: dict[Regime, ReglesRegime] = {
    Regime.B2B: ReglesRegime(
        libelle="débiteur professionnel",
        points_bce=Decimal(10),
        creancier_professionnel=True,
        sur_mise_en_demeure=False,
        taux_fige=False,
        taux_stipulable=True,
        plancher=True,
        indemnite_forfaitaire=INDEMNITE_FORFAITAIRE,
        fondement="C. com., art. L441-10, II",
        confiance=Confiance.VU,
    ),
    Regime.B2C: ReglesRegime(
        libelle="débiteur consommateur ou particulier",
        points_bce=None,
        creancier_professionnel=True,
        sur_mise_en_demeure=True,
        taux_fige=False,
        taux_stipulable=True,
        plancher=False,
        indemnite_forfaitaire=Decimal(0),
        fondement="C. civ., art. 1231-6 et 1344-1",
        confiance=Confiance.VU,
    ),
    Regime.B2G: ReglesRegime(
        libelle="débiteur public",
        points_bce=Decimal(8),
        creancier_professionnel=True,
        sur_mise_en_demeure=False,
        taux_fige=True,
        taux_stipulable=False,
        plancher=False,
        indemnite_forfaitaire=INDEMNITE_FORFAITAIRE,
        fondement="code de la commande publique, art. L2192-13 et R2192-31",
        confiance=Confiance.VU_TIERS,
    ),
    Regime.C2X: ReglesRegime(
        libelle="créancier particulier",
        points_bce=None,
        creancier_professionnel=False,
        sur_mise_en_demeure=True,
        taux_fige=False,
        taux_stipulable=True,
        plancher=False,
        indemnite_forfaitaire=Decimal(0),
        fondement="C. civ., art. 1231-6 ; CMF, art. L313-2",
        confiance=Confiance.DE_MEMOIRE,
    ),
    Regime.INCONNU: ReglesRegime(
        libelle="débiteur de qualité à établir",
        points_bce=None,
        creancier_professionnel=True,
        sur_mise_en_demeure=True,
        taux_fige=False,
        taux_stipulable=False,
        plancher=False,
        indemnite_forfaitaire=Decimal(0),
        fondement="C. com., art. L441-10, II : due entre professionnels seulement",
        confiance=Confiance.VU,
        porte_interet=False,
    ),
}


def regime_de(qualite_debiteur: str, *, creancier_professionnel: bool = True) -> Regime:
    """Le régime d'après la qualité du débiteur, si le créancier est un professionnel."""
    if not creancier_professionnel:
        return Regime.C2X
    par_qualite = {
        "professionnel": Regime.B2B,
        "particulier": Regime.B2C,
        "public": Regime.B2G,
        "inconnue": Regime.INCONNU,
    }
    return par_qualite[qualite_debiteur]
