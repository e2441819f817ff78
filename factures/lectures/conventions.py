"""La convention qui vaut pour chaque facture : la plus précise, puis la plus récente."""

from datetime import date

from clients.models import Client
from factures.models import Convention, Facture
from recouvrement.droit import faits
from recouvrement.droit.procedure_collective import est_anterieure
from recouvrement.droit.regimes import Regime


class Conventions:
    """Celles d'un client, lues en une requête."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._generale: Convention | None = None
        self._du_client: Convention | None = None
        self._par_facture: dict[int, Convention] = {}
        for convention in Convention.objects.pour(client.creancier).du_client(client):
            # Rangées par ancienneté : la dernière posée remplace.
            if convention.facture_id:
                self._par_facture[convention.facture_id] = convention
            elif convention.client_id:
                self._du_client = convention
            else:
                self._generale = convention

    def pour(self, facture: Facture) -> Convention | None:
        return self._par_facture.get(facture.pk) or self._du_client or self._generale

    def du_droit(self, facture: Facture, regime: Regime, recue_le: date | None) -> faits.Convention:
        """Ce que le calcul en lit. Sans convention : le principal d'abord.

        Le créancier impute déjà chaque règlement sur une facture ; il consent ainsi à ce que le
        capital s'éteigne le premier (C. civ., art. 1343-1), et le reste dû le dit de même.
        """
        choisie = self.pour(facture)
        commun = {
            "mise_en_demeure_recue_le": recue_le,
            "procedure_collective_le": self._ouverture(facture),
        }
        if choisie is None:
            return faits.Convention(regime, imputation=faits.PRINCIPAL_DABORD, **commun)
        return faits.Convention(
            regime,
            taux_contractuel=choisie.taux_contractuel,
            base_jours=faits.REELLE if choisie.base_jours == faits.REELLE else 365,
            imputation=choisie.imputation,
            renonce_interets=choisie.renonce_interets,
            renonce_indemnite=choisie.renonce_indemnite,
            remise_interets=choisie.remise_interets,
            remise_indemnite=choisie.remise_indemnite,
            **commun,
        )

    def _ouverture(self, facture: Facture) -> date | None:
        """Le jugement n'arrête que les créances nées avant lui (C. com., art. L622-28)."""
        jugement = self.client.procedure_collective_le
        naissance = facture.date_prestation or facture.date_emission
        return jugement if jugement and est_anterieure(naissance, jugement) else None


def historique_des_conventions(client: Client) -> list[Convention]:
    """Toutes, de la plus récente à la plus ancienne : l'ancienne reste lisible."""
    return list(
        Convention.objects.pour(client.creancier)
        .du_client(client)
        .select_related("client", "facture", "posee_par")
        .order_by("-pk")
    )
