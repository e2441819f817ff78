"""Les deux mois pour déclarer sa créance, et ce qui en reste."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clients.models import Client
from factures.models import ProcedureOuverte
from recouvrement.comptes.models import Creancier
from recouvrement.droit.delais import Delai
from recouvrement.droit.procedure_collective import (
    alertes_declaration,
    declaration,
    releve_de_forclusion,
)
from recouvrement.socle import formats


@dataclass(frozen=True, slots=True)
class EtatDeProcedure:
    procedure: ProcedureOuverte
    declaration: Delai | None
    releve: Delai | None

    @property
    def a_tenir(self) -> date | None:
        return None if self.declaration is None else self.declaration.a_tenir

    def ton(self, *, au: date) -> str:
        publication = self.procedure.publication_le
        if publication is None:
            return "echu"
        # Le premier seuil, un mois avant le terme.
        return "demeure" if au >= alertes_declaration(publication)[0] else "echu"

    def phrase(self, *, au: date) -> str:
        if self.procedure.declaree_le:
            return f"Créance déclarée le {formats.jour(self.procedure.declaree_le)}."
        if self.declaration is None or self.releve is None:
            return (
                "Créance à déclarer dans les deux mois de la publication au BODACC : "
                "cherchez sa date."
            )
        if not self.declaration.est_expire(au):
            return f"Créance à déclarer au plus tard le {_dernier_jour(self.declaration, au=au)}."
        passe = f"Délai de déclaration passé depuis le {formats.jour(self.declaration.a_attendre)}"
        if self.releve.est_expire(au):
            fin = formats.jour(self.releve.a_attendre)
            return f"{passe} ; celui du relevé de forclusion l'est depuis le {fin}."
        return (
            f"{passe} ; relevé de forclusion à demander au plus tard le "
            f"{_dernier_jour(self.releve, au=au)} (C. com., art. L622-26)."
        )


def _dernier_jour(delai: Delai, *, au: date) -> str:
    """Sans compter sur le report au jour ouvrable, tant que le jour compté n'est pas passé."""
    if au <= delai.a_tenir:
        return formats.jour(delai.a_tenir)
    return f"{formats.jour(delai.a_attendre)}, par report au jour ouvrable (CPC, art. 642)"


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
    return EtatDeProcedure(procedure, declaration(publication), releve_de_forclusion(publication))
