"""Les voies ouvertes, et les conditions de chacune : remplie, non remplie ou inconnue.

Chaque voie vient de `donnees/procedures.csv` (texte, coût, durée, résultat, certitude). Une
condition inconnue n'ouvre ni n'exclut : la voie est « à préciser ». Toutes sont présentées au même
rang, sans conseil ni pronostic (loi n° 71-1130, art. 54) : le créancier qualifie et choisit.

>>> faits = Faits(principal=Decimal("3000"), debiteur_commercant=True, creancier_commercant=True)
>>> voies(faits)["PETITES_CREANCES"].etat
<Etat.NON_REMPLIE: 'non remplie'>
>>> voies(faits)["IP_TC"].etat
<Etat.INCONNUE: 'inconnue'>
>>> [c.libelle for c in voies(faits)["CREANCES_COM_INCONTESTEES"].conditions][0]
'facture entre commerçants'
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from recouvrement.droit.conditions import CONDITIONS, Cause, Condition, Etat, Faits
from recouvrement.droit.sources import Confiance, lire

__all__ = ["Cause", "Condition", "Etat", "Faits", "Fiche", "Voie", "fiches", "voies"]


@dataclass(frozen=True, slots=True)
class Fiche:
    """Ce que la table dit d'une voie."""

    code: str
    libelle: str
    fondement: str
    entre: str
    plafond: Decimal | None
    prealable: str
    avocat: str
    qui_agit: str
    ou: str
    cout: str
    recuperable: str
    duree: str
    resultat: str
    prescription: str
    delais: str
    confiance: Confiance
    source: str


@dataclass(frozen=True, slots=True)
class Voie:
    """Une voie et ses conditions, pour ces faits."""

    fiche: Fiche
    conditions: tuple[Condition, ...]

    @property
    def etat(self) -> Etat:
        """Non remplie dès qu'une condition manque ; inconnue tant qu'une reste à préciser."""
        etats = {condition.etat for condition in self.conditions}
        for pire in (Etat.NON_REMPLIE, Etat.INCONNUE):
            if pire in etats:
                return pire
        return Etat.REMPLIE


@cache
def fiches() -> dict[str, Fiche]:
    """Les voies de la table, dans l'ordre du fichier."""
    lues = {}
    for ligne in lire("procedures.csv"):
        plafond = Decimal(ligne["plafond"]) if ligne["plafond"] else None
        textes = {k: v for k, v in ligne.items() if k not in ("plafond", "confiance")}
        lues[ligne["code"]] = Fiche(
            **textes, plafond=plafond, confiance=Confiance(ligne["confiance"])
        )
    return lues


def voies(faits: Faits) -> dict[str, Voie]:
    """Toutes les voies, chacune avec ses conditions pour ces faits."""
    return {code: Voie(fiche, CONDITIONS[code](faits)) for code, fiche in fiches().items()}
