"""Une chose à faire, pour un client : la forme commune à toutes les sources."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO

ICONES = {
    "heure": "heure",
    "promesse": "promesse",
    "employer": "reglement",
    "corriger": "alerte",
    "qualite": "inconnu",
    "fin": "contentieux",
    "trancher": "inconnu",
    "valider": "courriel",
    "appel": "appel",
    "poste": "lettre",
    "decider": "contentieux",
    "echeance": "alerte",
    "surveiller": "heure",
}

MAXIMUM = 200


@dataclass(frozen=True, slots=True)
class Action:
    """Une chose à faire, pour un client."""

    genre: str
    creancier: Creancier
    client_id: int
    client_nom: str
    raison: str
    a: datetime | None = None
    objet_id: int = 0
    montant: Decimal = ZERO
    plus_ancienne: date | None = None
    # Là où l'action se fait, quand ce n'est ni un appel ni une relance.
    lien: str = ""
    mot: str = ""
    # De deux actions d'un même objet, laquelle.
    sorte: str = ""

    @property
    def icone(self) -> str:
        return ICONES[self.genre]

    @property
    def cle(self) -> str:
        return f"{self.genre}{self.sorte}-{self.objet_id}"
