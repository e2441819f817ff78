"""Les règles de la maison sur l'argent : ni base, ni horloge."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

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


def pourquoi_pas_d_office(source: DocumentVu, visees: Sequence[Sequence[DocumentVu]]) -> str:
    """Ce qui empêche d'appliquer seul ce qu'un avoir ou une rectificative vise ; vide : rien.

    `visees` : pour chaque numéro nommé, ce qui le porte ici. BR-FR-CO-04 : une rectificative en
    nomme un seul. Tout le reste est à une personne de le dire.
    """
    if len(visees) != 1:
        return f"{len(visees)} documents sont visés"
    if not visees[0]:
        return "inconnue ici"
    if len(visees[0]) > 1:
        return "à plusieurs échéances"
    visee = visees[0][0]
    if visee.client != source.client:
        return "d'un autre client"
    if visee.est_avoir:
        return "un avoir"
    if visee.solde == ZERO:
        return "déjà soldée"
    if source.est_avoir:
        reste = visee.solde
        return f"qui ne doit plus que {euros(reste)}" if source.solde > reste else ""
    if visee.est_au_contentieux:
        return "au contentieux"
    if visee.solde != visee.montant:
        return f"déjà réglée de {euros(visee.montant - visee.solde)}"
    return ""
