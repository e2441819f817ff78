"""Jusqu'à quand une facture peut être réclamée, et ce qui a fait cette date."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from clients.enums import NatureClient
from factures.lectures.decisions import DecisionLue, decisions_valables
from factures.models import EvenementPrescription, Facture
from recouvrement.comptes.models import Creancier
from recouvrement.droit.mois import ajouter_ans, ajouter_mois
from recouvrement.droit.prescription import (
    Acte,
    Duree,
    Evenement,
    Prescription,
    departs,
    duree_de,
    prescription,
)
from recouvrement.droit.regimes import regime_de
from recouvrement.socle import formats

# La plus courte durée de chaque nature, moins l'année que couvrent les alertes.
ANS_AVANT_ALERTE = {
    NatureClient.PARTICULIER: 1,
    NatureClient.PROFESSIONNEL: 4,
    NatureClient.PUBLIC: 3,
    NatureClient.INCONNUE: 1,
}


@dataclass(frozen=True, slots=True)
class PrescriptionFacture:
    facture: Facture
    calcul: Prescription
    actes: tuple[EvenementPrescription, ...]
    # L'autre départ possible, s'il diffère : la date affichée retient le plus prudent.
    autre_dernier_jour: date | None
    decisions: tuple[DecisionLue, ...] = ()

    @property
    def est_jugee(self) -> bool:
        """Vrai si une décision a remplacé son délai par dix ans."""
        return self.calcul.duree is Duree.TITRE

    @property
    def reserves(self) -> list[str]:
        """La certitude de la date, et ce qui n'est pas tranché."""
        dites = [self.calcul.confiance.reserve]
        if not self.est_jugee:
            dites += [lue.reserve for lue in self.decisions]
        return list(dict.fromkeys(filter(None, dites)))

    @property
    def dernier_jour(self) -> date | None:
        return self.calcul.dernier_jour

    def ton(self, *, au: date) -> str:
        alerte = self.calcul.alerte(au)
        if alerte is None:
            return ""
        return "demeure" if alerte <= 3 else "echu"

    def phrase(self, *, au: date) -> str:
        if self.dernier_jour is None:
            return "Le délai ne court pas : une instance ou une suspension est en cours."
        if self.calcul.est_acquise(au):
            return f"Prescrite depuis le {formats.jour(self.dernier_jour)}."
        if self.est_jugee:
            dernier = formats.jour(self.dernier_jour)
            return f"Jugée : la décision peut être exécutée jusqu'au {dernier} inclus."
        return f"Peut être réclamée en justice jusqu'au {formats.jour(self.dernier_jour)} inclus."


def prescriptions(factures: Iterable[Facture]) -> dict[int, PrescriptionFacture]:
    """Deux requêtes, quel que soit le nombre de factures (leur client déjà lu)."""
    factures = [facture for facture in factures if not facture.est_avoir]
    if not factures:
        return {}
    actes: dict[int, list[EvenementPrescription]] = defaultdict(list)
    lus = EvenementPrescription.objects.parmi({f.creancier_id for f in factures})
    lus = lus.filter(facture__in=[f.pk for f in factures]).select_related("piece", "saisi_par")
    for acte in lus.order_by("le", "pk"):
        actes[acte.facture_id].append(acte)
    jugees = decisions_valables(factures)
    return {
        facture.pk: _de(facture, actes[facture.pk], tuple(jugees.get(facture.pk, ())))
        for facture in factures
    }


def duree_de_la_facture(facture: Facture) -> Duree:
    """Celle qu'on a choisie pour elle, sinon celle de la nature de son client."""
    if facture.duree_prescription:
        return Duree[facture.duree_prescription]
    client = facture.client
    return duree_de(regime_de(client.nature), commercial=client.est_commercant is not False)


def _de(
    facture: Facture,
    actes: Sequence[EvenementPrescription],
    decisions: tuple[DecisionLue, ...],
) -> PrescriptionFacture:
    duree = duree_de_la_facture(facture)
    evenements = [
        Evenement(Acte[a.acte], a.le, a.preuve, a.fin, non_avenu=bool(a.non_avenu_motif))
        for a in actes
    ]
    evenements += [acte for lue in decisions for acte in lue.actes]
    prudent, autre = departs(facture.date_echeance, facture.date_prestation)
    calcul = prescription(duree.depart(prudent), duree, evenements)
    if autre == prudent:
        return PrescriptionFacture(facture, calcul, tuple(actes), None, decisions)
    plus_tard = prescription(duree.depart(autre), duree, evenements).dernier_jour
    autre_jour = plus_tard if plus_tard != calcul.dernier_jour else None
    return PrescriptionFacture(facture, calcul, tuple(actes), autre_jour, decisions)


def prescriptions_proches(
    creanciers: Iterable[Creancier], *, au: date
) -> list[PrescriptionFacture]:
    """Les factures ouvertes à un an ou moins du dernier jour, ou passées ; trois requêtes."""
    bornes = {n: ajouter_mois(ajouter_ans(au, -ans), 1) for n, ans in ANS_AVANT_ALERTE.items()}
    # Une durée choisie peut n'être que d'un an : l'alerte peut venir dès l'échéance.
    choisie = ~Q(duree_prescription="") & Q(date_emission__lte=au)
    condition = choisie
    for nature, borne in bornes.items():
        condition |= Q(client__nature=nature) & _anciennes(borne)
    par_pk = {creancier.pk: creancier for creancier in creanciers}
    factures = list(
        Facture.objects.parmi(par_pk.values())
        .ouvertes()
        # Redondant, mais sans la nature du client : ce que les index partiels savent suivre.
        .filter(choisie | _anciennes(max(bornes.values())))
        .filter(condition)
        .select_related("client")
        .order_by("date_echeance", "pk")
    )
    for facture in factures:
        facture.creancier = facture.client.creancier = par_pk[facture.creancier_id]
    proches = [p for p in prescriptions(factures).values() if p.calcul.alerte(au) is not None]
    return sorted(proches, key=lambda p: (p.dernier_jour, p.facture.pk))


def _anciennes(borne: date) -> Q:
    return Q(date_echeance__lte=borne) | Q(date_prestation__lte=borne)
