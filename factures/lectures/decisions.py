"""Ce qu'un juge a décidé, lu une fois pour le décompte, la prescription et le calendrier."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clients.models import Client
from factures.enums import SIGNIFICATIONS, FaitDecision
from factures.models import Decision, Facture, SuiteDecision
from recouvrement.comptes.models import Creancier
from recouvrement.droit.actes import Evenement
from recouvrement.droit.delais import Distance, distance_de
from recouvrement.droit.feries import Zone, zone_de
from recouvrement.droit.injonction import Execution
from recouvrement.droit.titre import (
    DIX_ANS_DISCUTES,
    Echeance,
    Nature,
    Titre,
    actes_du_titre,
    echeances_du_titre,
    executoire,
)


@dataclass(frozen=True, slots=True)
class DecisionLue:
    """Une décision et ses suites, telles que le droit les lit."""

    decision: Decision
    titre: Titre
    zone: Zone
    distance: Distance

    @property
    def cle(self) -> tuple[object, ...]:
        """Ce qui fait d'elle une seule décision, d'une facture jugée à l'autre."""
        return self.decision.nature, self.decision.reference, self.decision.rendue_le

    @property
    def execution(self) -> Execution:
        return executoire(self.titre, zone=self.zone, distance=self.distance)

    @property
    def echeances(self) -> tuple[Echeance, ...]:
        return echeances_du_titre(self.titre, zone=self.zone, distance=self.distance)

    @property
    def actes(self) -> tuple[Evenement, ...]:
        return actes_du_titre(self.titre, zone=self.zone)

    @property
    def condamne_depuis(self) -> date | None:
        """Le taux légal court du prononcé (C. civ., 1231-7), ou de la sommation signifiée."""
        if self.titre.nature is not Nature.INJONCTION:
            return self.titre.rendu_le
        return None if self.execution.non_avenue else self.titre.signifie_le

    @property
    def suites(self) -> list[SuiteDecision]:
        return [suite for suite in self.decision.suites.all() if not suite.retiree_motif]

    @property
    def reserve(self) -> str:
        """Ce qui n'est pas tranché, à dire à côté de la prescription."""
        discutee = self.titre.nature is Nature.INJONCTION and self.execution.apres is not None
        return DIX_ANS_DISCUTES if discutee else ""


def lire(decision: Decision, client: Client) -> DecisionLue:
    """Ses suites déjà lues (`avec_suites`)."""
    notes = {
        FaitDecision(suite.fait): suite.le
        for suite in decision.suites.all()
        if not suite.retiree_motif
    }
    nature = Nature(decision.nature)
    # L'une des deux est dite : la base y tient.
    rendue_le = min(jour for jour in (decision.rendue_le, decision.executoire_le) if jour)
    titre = Titre(
        nature,
        rendue_le,
        decision.reference,
        executoire_le=decision.executoire_le,
        signifie_le=next((notes[s] for s in SIGNIFICATIONS if s in notes), None),
        a_personne=FaitDecision.A_PERSONNE in notes,
        acte_a_personne_le=notes.get(FaitDecision.ACTE),
        opposition_le=notes.get(FaitDecision.OPPOSITION),
        appel_le=notes.get(FaitDecision.APPEL),
        recours_eteint_le=notes.get(FaitDecision.ETEINT),
    )
    zone = zone_de(client.code_postal) if client.pays == "FR" else Zone.METROPOLE
    # Le juge de l'injonction est celui du débiteur (CPC, art. 1406) : il n'en demeure pas loin.
    distance = Distance.AUCUNE
    if nature is not Nature.INJONCTION:
        distance = distance_de(client.code_postal, client.pays)
    return DecisionLue(decision, titre, zone, distance)


def decisions_valables(factures: Iterable[Facture]) -> dict[int, list[DecisionLue]]:
    """Une requête, deux s'il en est ; par facture, de la plus ancienne à la plus récente."""
    par_pk = {facture.pk: facture for facture in factures}
    lues: dict[int, list[DecisionLue]] = defaultdict(list)
    decisions = Decision.objects.parmi({f.creancier_id for f in par_pk.values()}).valables()
    for decision in decisions.filter(facture__in=list(par_pk)).avec_suites().order_by("pk"):
        decision.facture = par_pk[decision.facture_id]
        lues[decision.facture_id].append(lire(decision, decision.facture.client))
    return lues


def decisions_de_justice(client: Client) -> list[DecisionLue]:
    """Toutes, retirées comprises, de la plus récente à la plus ancienne."""
    decisions = Decision.objects.pour(client.creancier).filter(facture__client=client)
    decisions = decisions.select_related("facture", "piece", "saisie_par").avec_suites()
    return [lire(decision, client) for decision in decisions.order_by("-pk")]


def distinctes(lues: Iterable[DecisionLue]) -> list[Decision]:
    """Une par décision valable, quel que soit le nombre de factures qu'elle a jugées."""
    vues: dict[tuple[object, ...], Decision] = {}
    for lue in lues:
        if not lue.decision.retiree_motif:
            vues.setdefault(lue.cle, lue.decision)
    return list(vues.values())


def decisions_a_suivre(creanciers: Iterable[Creancier]) -> list[DecisionLue]:
    """Une par décision dont une facture reste due : celles qu'un délai peut encore faire perdre."""
    par_pk = {creancier.pk: creancier for creancier in creanciers}
    decisions = Decision.objects.parmi(par_pk.values()).valables()
    decisions = decisions.filter(facture__solde__gt=0).select_related("facture__client")
    vues: dict[tuple[object, ...], DecisionLue] = {}
    for decision in decisions.avec_suites().order_by("pk"):
        facture = decision.facture
        facture.creancier = facture.client.creancier = par_pk[decision.creancier_id]
        lue = lire(decision, facture.client)
        vues.setdefault((facture.client_id, *lue.cle), lue)
    return list(vues.values())
