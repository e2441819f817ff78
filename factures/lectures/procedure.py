"""Les deux mois pour déclarer sa créance, et ce qui en reste."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clients.models import Client
from factures.models import ProcedureOuverte
from recouvrement.comptes.models import Creancier
from recouvrement.droit.procedure_collective import (
    alertes_declaration,
    declaration,
    releve_de_forclusion,
)
from recouvrement.socle import formats


@dataclass(frozen=True, slots=True)
class EtatDeProcedure:
    procedure: ProcedureOuverte
    a_tenir: date | None
    releve: date | None

    def ton(self, *, au: date) -> str:
        publication = self.procedure.publication_le
        if publication is None:
            return "echu"
        # Le premier seuil, un mois avant le terme.
        return "demeure" if au >= alertes_declaration(publication)[0] else "echu"

    def phrase(self, *, au: date) -> str:
        if self.procedure.declaree_le:
            return f"Créance déclarée le {formats.jour(self.procedure.declaree_le)}."
        if self.a_tenir is None:
            return (
                "Créance à déclarer dans les deux mois de la publication au BODACC : "
                "cherchez sa date."
            )
        if au > self.a_tenir:
            return (
                f"Délai de déclaration passé depuis le {formats.jour(self.a_tenir)} ; relevé de "
                f"forclusion à demander avant le {formats.jour(self.releve)} "
                "(C. com., art. L622-26)."
            )
        return f"Créance à déclarer au plus tard le {formats.jour(self.a_tenir)}."


def etat_de_procedure(client: Client) -> EtatDeProcedure | None:
    procedure = (
        ProcedureOuverte.objects.pour(client.creancier)
        .filter(client=client)
        .select_related("declaration")
        .first()
    )
    if procedure is None:
        return None
    procedure.client, procedure.creancier = client, client.creancier
    return _etat(procedure)


def procedures_en_attente(
    creanciers: Iterable[Creancier],
) -> tuple[list[EtatDeProcedure], list[Client]]:
    """Les créances à déclarer, et les clients dont on ne sait que le jugement ; une requête."""
    par_pk = {creancier.pk: creancier for creancier in creanciers}
    clients = (
        Client.objects.parmi(par_pk.values())
        .actifs()
        .filter(procedure_collective_le__isnull=False, procedure__declaree_le=None)
        .select_related("procedure")
        .order_by("procedure__publication_le", "procedure_collective_le", "pk")
    )
    a_declarer, a_completer = [], []
    for client in clients:
        client.creancier = par_pk[client.creancier_id]
        procedure = getattr(client, "procedure", None)
        if procedure is None:
            a_completer.append(client)
        else:
            procedure.creancier = client.creancier
            a_declarer.append(_etat(procedure))
    return a_declarer, a_completer


def _etat(procedure: ProcedureOuverte) -> EtatDeProcedure:
    publication = procedure.publication_le
    if publication is None:
        return EtatDeProcedure(procedure, None, None)
    return EtatDeProcedure(
        procedure, declaration(publication).a_tenir, releve_de_forclusion(publication)
    )
