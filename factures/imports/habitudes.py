"""L'échéance d'une facture qui n'en dit rien : les conditions de son client, sinon les vôtres."""

from dataclasses import dataclass
from datetime import date

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.droit.terme import Terme
from recouvrement.socle.formats import jour


@dataclass(frozen=True, slots=True)
class Convention:
    """Des conditions, et de qui on les tient."""

    terme: Terme
    est_du_client: bool

    @property
    def origine(self) -> str:
        return "conditions de ce client" if self.est_du_client else "vos conditions habituelles"

    def phrase(self, emission: date) -> str:
        return f"{jour(self.terme.echeance(emission))}, « {self.terme} », {self.origine}"


def convention(creancier: Creancier, terme: Terme | None) -> Convention:
    """Celle du client l'emporte."""
    return Convention(terme or creancier.terme, terme is not None)


class Habitudes:
    """Les conditions de tous les clients d'un créancier, en une requête."""

    def __init__(self, creancier: Creancier) -> None:
        self.creancier = creancier
        convenues = Client.objects.pour(creancier).exclude(genre_terme="")
        champs = ("pk", "genre_terme", "delai_paiement", "jour_terme")
        self.termes = {client.pk: client.terme for client in convenues.only(*champs)}

    def avec(self, client: int | None) -> Convention:
        return convention(self.creancier, self.termes.get(client) if client else None)
