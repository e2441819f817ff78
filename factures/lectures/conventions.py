"""La convention qui vaut pour chaque facture : la plus précise, puis la plus récente."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from clients.models import Client
from factures.lectures.decisions import DecisionLue, lire
from factures.models import Convention, Decision, Facture
from recouvrement.droit import faits
from recouvrement.droit.procedure_collective import est_anterieure
from recouvrement.droit.regimes import Regime


class Conventions:
    """Celles d'un client, et ce qu'un juge a décidé ; deux requêtes, trois s'il a décidé."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._generale: Convention | None = None
        self._du_client: Convention | None = None
        self._par_facture: dict[int, Convention] = {}
        valables = Decision.objects.pour(client.creancier).du_client(client).valables()
        self._decisions: dict[int, DecisionLue] = {
            decision.facture_id: lire(decision, client) for decision in valables.avec_suites()
        }
        for convention in Convention.objects.pour(client.creancier).du_client(client):
            # Rangées par ancienneté : la dernière posée remplace.
            if convention.facture_id:
                self._par_facture[convention.facture_id] = convention
            elif convention.client_id:
                self._du_client = convention
            else:
                self._generale = convention

    def pour(self, facture: Facture | None) -> Convention | None:
        """Celle qui vaut pour cette facture, ou pour le client si aucune n'est dite."""
        propre = self._par_facture.get(facture.pk) if facture else None
        return propre or self._du_client or self._generale

    def du_droit(self, facture: Facture, regime: Regime, recue_le: date | None) -> faits.Convention:
        """Ce que le calcul en lit. Sans convention : les intérêts d'abord (C. civ., 1343-1)."""
        choisie, jugee = self.pour(facture), self._decisions.get(facture.pk)
        capitalisees = [
            source.capitalisation_depuis
            for source in (choisie, jugee.decision if jugee else None)
            if source is not None and source.capitalisation_depuis is not None
        ]
        commun: dict[str, Any] = {
            "mise_en_demeure_recue_le": recue_le,
            "procedure_collective_le": self._ouverture(facture),
            "capitalisation": bool(capitalisees),
            "capitalisation_depuis": min(capitalisees, default=None),
        }
        if jugee is not None:
            commun |= {
                "condamnee_le": jugee.condamne_depuis,
                "jugement_executoire_le": jugee.execution.apres,
                "condamnation_au_taux_legal": jugee.decision.condamnation_au_taux_legal,
                "grace_jusqu_au": jugee.decision.grace_jusqu_au,
            }
        if choisie is None:
            return faits.Convention(regime, **commun)
        return faits.Convention(
            regime,
            taux_contractuel=choisie.taux_contractuel,
            base_jours=faits.REELLE if choisie.base_jours == faits.REELLE else 365,
            imputation=(
                faits.PRINCIPAL_DABORD
                if choisie.imputation == faits.PRINCIPAL_DABORD
                else faits.INTERETS_DABORD
            ),
            renonce_interets=choisie.renonce_interets,
            renonce_indemnite=choisie.renonce_indemnite,
            remise_interets=choisie.remise_interets,
            remise_indemnite=choisie.remise_indemnite,
            interets_maintenus=choisie.interets_maintenus,
            **commun,
        )

    def _ouverture(self, facture: Facture) -> date | None:
        """Le jugement n'arrête que les créances nées avant lui (C. com., art. L622-28)."""
        jugement = self.client.procedure_collective_le
        naissance = facture.date_prestation or facture.date_emission
        return jugement if jugement and est_anterieure(naissance, jugement) else None


def derniere_convention() -> Subquery:
    """Dans une lecture qui a un créancier et un client : la clé de la dernière qui les touche."""
    siennes = Convention.objects.filter(creancier=OuterRef("creancier"))
    return Subquery(siennes.du_client(OuterRef("client")).order_by("-pk").values("pk")[:1])


def historique_des_conventions(client: Client) -> list[Convention]:
    """Toutes, de la plus récente à la plus ancienne : l'ancienne reste lisible."""
    return list(
        Convention.objects.pour(client.creancier)
        .du_client(client)
        .select_related("client", "facture", "posee_par")
        .order_by("-pk")
    )
