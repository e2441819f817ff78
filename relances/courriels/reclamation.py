"""Ce qu'un message réclame : qui à qui, quelles factures, à quelle date, dans quelle langue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO
from relances.regles.langue import Ecriture

# Ce que les banques gardent du libellé d'un virement.
REFERENCE_MAX = 35


@dataclass(frozen=True, slots=True)
class Reclamation:
    creancier: Creancier
    client: Client
    # Les plus anciennes d'abord.
    factures: tuple[Facture, ...]
    au: date
    langue: str

    @classmethod
    def de(
        cls,
        creancier: Creancier,
        client: Client,
        factures: Iterable[Facture],
        *,
        au: date,
        langue: str,
    ) -> Self:
        # Le même, déjà lu : les lectures du client n'ont pas à le chercher.
        client.creancier = creancier
        rangees = sorted(factures, key=lambda facture: (facture.date_echeance, facture.pk))
        return cls(creancier, client, tuple(rangees), au, langue)

    @property
    def somme(self) -> Decimal:
        return sum((facture.solde for facture in self.factures), ZERO)

    @property
    def ecriture(self) -> Ecriture:
        return Ecriture(self.langue)

    @property
    def reference(self) -> str:
        """Ce que le client rappelle en payant."""
        if len(self.factures) == 1:
            return self.factures[0].numero
        return self.client.code or self.client.nom[:REFERENCE_MAX].rstrip()

    @property
    def debiteur(self) -> str:
        """Qui doit : une comptabilité lit les rappels de plusieurs maisons à la même adresse."""
        nom, code = self.client.nom, self.client.code
        return f"{nom} ({code})" if code else nom
