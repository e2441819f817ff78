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
            return f"Créance déclarée le {self.procedure.declaree_le:%d/%m/%Y}."
        if self.a_tenir is None:
            return (
                "Créance à déclarer dans les deux mois de la publication au BODACC : "
                "cherchez sa date."
            )
        if au > self.a_tenir:
            return (
                f"Délai de déclaration passé depuis le {self.a_tenir:%d/%m/%Y} ; relevé de "
                f"forclusion à demander avant le {self.releve:%d/%m/%Y} (C. com., art. L622-26)."
            )
        return f"Créance à déclarer au plus tard le {self.a_tenir:%d/%m/%Y}."


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


def declarations_a_faire(creanciers: Iterable[Creancier]) -> list[EtatDeProcedure]:
    """Une requête ; la plus pressée d'abord."""
    creanciers = {creancier.pk: creancier for creancier in creanciers}
    procedures = list(
        ProcedureOuverte.objects.parmi(creanciers.values())
        .filter(
            declaree_le=None,
            client__fusionne_dans=None,
            client__procedure_collective_le__isnull=False,
        )
        .select_related("client")
        .order_by("publication_le", "pk")
    )
    for procedure in procedures:
        procedure.creancier = procedure.client.creancier = creanciers[procedure.creancier_id]
    return [_etat(procedure) for procedure in procedures]


def procedures_a_completer(creanciers: Iterable[Creancier]) -> list[Client]:
    """La fiche dit un jugement, mais ni la nature ni la publication ne sont connues."""
    creanciers = {creancier.pk: creancier for creancier in creanciers}
    clients = list(
        Client.objects.parmi(creanciers.values())
        .actifs()
        .filter(procedure_collective_le__isnull=False, procedure=None)
        .order_by("procedure_collective_le", "pk")
    )
    for client in clients:
        client.creancier = creanciers[client.creancier_id]
    return clients


def _etat(procedure: ProcedureOuverte) -> EtatDeProcedure:
    publication = procedure.publication_le
    if publication is None:
        return EtatDeProcedure(procedure, None, None)
    return EtatDeProcedure(
        procedure, declaration(publication).a_tenir, releve_de_forclusion(publication)
    )
