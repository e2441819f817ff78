"""Les règles de la maison sur l'argent : ni base, ni horloge."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class DocumentVu:
    """Une facture, un avoir ou une rectificative, connu de la base ou seulement lu."""

    numero: str
    client: Hashable
    est_avoir: bool
    montant: Decimal
    solde: Decimal
    est_au_contentieux: bool = False
    # Remplacée, puis celle-ci à son tour : ce qui en tient lieu aujourd'hui.
    derniere: str = ""


def pourquoi_personne_ne_peut(source: DocumentVu, portent: Sequence[DocumentVu]) -> str:
    """Ce qui empêche même une personne d'appliquer une référence ; vide : rien.

    `portent` : ce qui porte ici le numéro visé.
    """
    if not portent:
        return "inconnue ici"
    if len(portent) > 1:
        return "à plusieurs échéances"
    if portent[0].client != source.client:
        return "d'un autre client"
    return "un avoir" if portent[0].est_avoir else ""


def pourquoi_pas_d_office(source: DocumentVu, visees: Sequence[Sequence[DocumentVu]]) -> str:
    """Ce qui empêche d'appliquer seul ce qu'un avoir ou une rectificative vise ; vide : rien.

    `visees` : pour chaque numéro nommé, ce qui le porte ici. BR-FR-CO-04 : une rectificative en
    nomme un seul. Tout le reste est à une personne de le dire.
    """
    if len(visees) != 1:
        return f"{len(visees)} documents sont visés"
    if raison := pourquoi_personne_ne_peut(source, visees[0]):
        return raison
    visee = visees[0][0]
    if visee.solde == ZERO:
        return "déjà soldée"
    if visee.numero == source.derniere:
        return "qui en tient déjà lieu"
    if source.est_avoir:
        reste = visee.solde
        return f"qui ne doit plus que {euros(reste)}" if source.solde > reste else ""
    if visee.est_au_contentieux:
        return "au contentieux"
    if visee.solde != visee.montant:
        return f"déjà réglée de {euros(visee.montant - visee.solde)}"
    return ""


class Tranche(NamedTuple):
    """Une échéance d'une facture payable en plusieurs fois, et ce qui en a été versé."""

    rang: int
    echeance: date
    montant: Decimal
    versements: tuple[tuple[date, Decimal], ...] = ()

    def est_impayee_a_l_echeance(self) -> bool:
        a_temps = (montant for le, montant in self.versements if le <= self.echeance)
        return sum(a_temps, ZERO) < self.montant


def porteuse_de_l_indemnite(tranches: Iterable[Tranche], *, au: date) -> int | None:
    """Le rang de l'échéance qui porte les 40 € : la première échue sans être payée ce jour-là.

    Une seule indemnité par facture, quel que soit le nombre d'échéances manquées : le texte vise
    « chaque facture » ou « le paiement » sans le dire, la lecture prudente est retenue
    (C. com., art. L441-10, II et D441-5).

    >>> a_temps = ((date(2026, 1, 31), Decimal(400)),)
    >>> trois = [Tranche(1, date(2026, 1, 31), Decimal(400), a_temps),
    ...          Tranche(2, date(2026, 2, 28), Decimal(400)),
    ...          Tranche(3, date(2026, 3, 31), Decimal(400))]
    >>> porteuse_de_l_indemnite(trois, au=date(2026, 4, 15))
    2
    >>> porteuse_de_l_indemnite(trois, au=date(2026, 2, 28)) is None
    True
    """
    manquees = [t for t in tranches if t.echeance < au and t.est_impayee_a_l_echeance()]
    return min(manquees, key=lambda t: (t.echeance, t.rang)).rang if manquees else None
