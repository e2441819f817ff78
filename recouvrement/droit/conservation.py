"""Combien de temps chaque sorte de donnée se garde : sa durée, d'où elle vient, sa certitude.

RGPD, art. 5, 1, e : pas plus longtemps que nécessaire. Ce que la loi impose de garder ne se purge
pas ; le reste a une durée habituelle, que le responsable change dans des bornes.

>>> IMPORTS.admet(12), IMPORTS.admet(48)
(True, False)
>>> limite(date(2026, 11, 28), 12)
datetime.date(2025, 11, 28)
>>> fin_comptable(date(2024, 3, 1))
datetime.date(2034, 12, 31)
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from recouvrement.droit.mois import ajouter_mois
from recouvrement.droit.sources import Confiance


@dataclass(frozen=True, slots=True)
class Conservation:
    """Une sorte de données : ce que c'est, à partir de quand, combien de mois, selon quoi."""

    cle: str
    quoi: str
    depuis: str
    mois: int
    minimum: int
    maximum: int
    fondement: str
    confiance: Confiance

    def admet(self, mois: int) -> bool:
        return self.minimum <= mois <= self.maximum


ANS_COMPTABLES: Final = 10

PERSONNES: Final = Conservation(
    "personnes",
    "Contacts, coordonnées, notes et comptes rendus d'un client qui ne doit plus rien",
    "la dernière facture, la dernière relance ou le dernier appel",
    *(36, 12, 60),
    "CNIL, référentiel de gestion commerciale : trois ans ; prescription au plus (C. civ., 2224)",
    Confiance.DE_MEMOIRE,
)
IMPORTS: Final = Conservation(
    "imports",
    "Fichiers importés et lignes lues, une fois les factures écrites",
    "le dépôt du fichier",
    *(12, 1, 36),
    "RGPD, art. 5, 1, c et e : les factures écrites suffisent",
    Confiance.DE_MEMOIRE,
)
INVITATIONS: Final = Conservation(
    "invitations",
    "Invitations expirées ou révoquées",
    "leur expiration",
    *(3, 1, 12),
    "RGPD, art. 5, 1, e",
    Confiance.DE_MEMOIRE,
)
DEMANDES: Final = Conservation(
    "demandes",
    "Demandes des personnes et réponses données",
    "la réponse",
    *(60, 12, 72),
    "RGPD, art. 5, 2 (pouvoir le prouver) ; C. civ., art. 2224",
    Confiance.DE_MEMOIRE,
)
COMPTABLE: Final = Conservation(
    "comptable",
    "Factures, avoirs, règlements, et les pièces qui les justifient",
    "la clôture de l'exercice",
    *(12 * ANS_COMPTABLES, 12 * ANS_COMPTABLES, 12 * ANS_COMPTABLES),
    "C. com., art. L123-22 ; LPF, art. L102 B (six ans)",
    Confiance.VU_TIERS,
)
CONNEXIONS: Final = Conservation(
    "connexions",
    "Journal des connexions : adresses, essais refusés",
    "la connexion",
    *(12, 12, 12),
    "CNIL, recommandation sur la journalisation (six mois à un an)",
    Confiance.DE_MEMOIRE,
)
EXPORTS: Final = Conservation(
    "exports",
    "Trace des listes emportées",
    "l'export",
    *(12, 12, 12),
    "CNIL, recommandation sur la journalisation",
    Confiance.DE_MEMOIRE,
)
COMPTES: Final = Conservation(
    "comptes",
    "Courriel et nom d'un compte désactivé",
    "la désactivation",
    *(60, 60, 60),
    "C. civ., art. 2224 : qui a fait quoi se prouve pendant cinq ans",
    Confiance.DE_MEMOIRE,
)

DU_CREANCIER: Final = (PERSONNES, IMPORTS, INVITATIONS, DEMANDES)
DE_L_INSTANCE: Final = (CONNEXIONS, EXPORTS, COMPTES)
PAR_CLE: Final = {c.cle: c for c in (*DU_CREANCIER, COMPTABLE, *DE_L_INSTANCE)}


def limite(au: date, mois: int) -> date:
    """Ce qui est antérieur à ce jour a fait son temps."""
    return ajouter_mois(au, -mois)


def fin_comptable(dernier: date) -> date:
    """Le dernier jour où une écriture se garde, exercices clos au 31 décembre."""
    return date(dernier.year + ANS_COMPTABLES, 12, 31)
