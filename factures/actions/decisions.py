"""Enregistrer une décision de justice et ce qui la suit : décompte, délais et prescription suivent.

La décision se saisit une fois, ses suites aussi : une ligne par facture jugée, écrites ensemble.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from factures.actions.trop_percus import rendre_les_trop_percus
from factures.actions.verrous import verrouiller_factures, verrouiller_le_compte
from factures.enums import FAITS_PAR_NATURE, SIGNIFICATIONS, FaitDecision, NatureDecision
from factures.erreurs import DecisionImpossible, FactureIntrouvable
from factures.evenements import Evenement
from factures.models import Decision, Facture, Piece, SuiteDecision
from recouvrement.comptes.models import Utilisateur
from recouvrement.droit.injonction import FORMULE_D_EMBLEE
from recouvrement.droit.mois import ajouter_ans
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Geste

ANS_DE_GRACE = 2


@dataclass(frozen=True, slots=True)
class Dispositif:
    """Ce que dit la décision. `executoire_le` : vide pour une injonction, il se déduit."""

    reference: str
    nature: NatureDecision = NatureDecision.JUGEMENT
    rendue_le: date | None = None
    executoire_le: date | None = None
    condamnation_au_taux_legal: bool = False
    capitalisation_depuis: date | None = None
    grace_jusqu_au: date | None = None
    piece: Piece | None = None

    def verifier(self, *, au: date) -> None:
        if not self.reference.strip():
            raise DecisionImpossible("Dites quelle décision : juridiction, date et numéro.")
        rendue, executoire = self.rendue_le, self.executoire_le
        if rendue is not None and rendue > au:
            raise DecisionImpossible("Cette décision n'est pas encore rendue.")
        if executoire is not None and executoire > au:
            raise DecisionImpossible("Cette décision n'est pas encore exécutoire.")
        if rendue and executoire and executoire < rendue:
            raise DecisionImpossible("Une décision n'est pas exécutoire avant d'être rendue.")
        if self.nature == NatureDecision.INJONCTION:
            self._verifier_l_ordonnance()
        elif executoire is None:
            raise DecisionImpossible("Dites depuis quand cette décision est exécutoire.")
        self._verifier_la_grace()

    def _verifier_l_ordonnance(self) -> None:
        if self.rendue_le is None:
            raise DecisionImpossible("Dites la date de l'ordonnance : son régime en dépend.")
        if self.executoire_le is not None and self.rendue_le >= FORMULE_D_EMBLEE:
            raise DecisionImpossible(
                "Le jour exécutoire d'une ordonnance se déduit de celui où elle est signifiée : "
                "laissez-le vide. Seule une ordonnance d'avant le 01/03/2022 porte la date de sa "
                "formule."
            )

    def _verifier_la_grace(self) -> None:
        if self.grace_jusqu_au is None:
            return
        debut = self.executoire_le
        if debut is None:
            raise DecisionImpossible("Une ordonnance d'injonction n'accorde pas de délai de grâce.")
        if self.grace_jusqu_au <= debut:
            raise DecisionImpossible("Le délai de grâce finit après la décision.")
        if self.grace_jusqu_au > ajouter_ans(debut, ANS_DE_GRACE):
            raise DecisionImpossible("Un délai de grâce dure deux ans au plus (C. civ., 1343-5).")


@transaction.atomic
def enregistrer_decision(
    factures: Iterable[Facture],
    dispositif: Dispositif,
    *,
    au: date,
    acteur: Utilisateur,
    geste: Geste | None = None,
) -> list[Decision]:
    """Une ligne par facture jugée : chacune garde son décompte."""
    factures = list(factures)
    if not factures:
        raise DecisionImpossible("Choisissez les factures dont le juge a décidé.")
    dispositif.verifier(au=au)
    client, creancier = factures[0].client, factures[0].creancier
    verrouiller_le_compte(client)
    verrouillees = verrouiller_factures(creancier, [facture.pk for facture in factures])
    if any(facture.client_id != client.pk for facture in verrouillees.values()):
        raise FactureIntrouvable
    if dispositif.piece is not None and dispositif.piece.client_id != client.pk:
        raise FactureIntrouvable("Cette pièce n'est pas au dossier de ce client.")
    debut = dispositif.rendue_le or dispositif.executoire_le
    for facture in verrouillees.values():
        if facture.est_avoir:
            raise DecisionImpossible("Un avoir n'est pas une créance : rien ne s'y juge.")
        if debut is not None and debut < facture.date_emission:
            raise DecisionImpossible(f"Cette décision précède la facture {facture.reference}.")
    creees = [_creer(facture, dispositif, acteur, geste) for facture in verrouillees.values()]
    _rendre(list(verrouillees.values()), acteur, geste)
    return creees


def _creer(
    facture: Facture, dispositif: Dispositif, acteur: Utilisateur, geste: Geste | None
) -> Decision:
    dit: dict[str, Any] = {
        "nature": dispositif.nature,
        "reference": dispositif.reference.strip(),
        "rendue_le": dispositif.rendue_le,
        "executoire_le": dispositif.executoire_le,
        "condamnation_au_taux_legal": dispositif.condamnation_au_taux_legal,
        "capitalisation_depuis": dispositif.capitalisation_depuis,
        "grace_jusqu_au": dispositif.grace_jusqu_au,
    }
    decision: Decision = Decision.objects.create(
        creancier=facture.creancier,
        facture=facture,
        piece=dispositif.piece,
        saisie_par=acteur,
        geste=geste,
        **dit,
    )
    inscrire(Evenement.DECISION_ENREGISTREE, cible=facture, acteur=acteur, geste=geste, **dit)
    return decision


@transaction.atomic
def retirer_decision(decision: Decision, *, motif: str, acteur: Utilisateur) -> Decision:
    """Infirmée, rectifiée ou saisie par erreur : elle reste lisible et n'a plus d'effet."""
    decision = _relire(decision)
    if decision.retiree_motif:
        raise DecisionImpossible("Cette décision est déjà retirée.")
    if not motif.strip():
        raise DecisionImpossible("Dites pourquoi elle est retirée.")
    _retirer(decision, motif.strip(), acteur)
    _rendre([decision.facture], acteur)
    return decision


@transaction.atomic
def noter_suite(
    decision: Decision,
    *,
    fait: FaitDecision,
    le: date,
    au: date,
    acteur: Utilisateur,
    geste: Geste | None = None,
) -> list[SuiteDecision]:
    """Notée une fois, pour toutes les factures que cette décision a jugées."""
    verrouiller_le_compte(decision.facture.client)
    soeurs = list(Decision.objects.pour(decision.creancier).soeurs(decision))
    verrouiller_factures(decision.creancier, [soeur.facture_id for soeur in soeurs])
    relues = Decision.objects.pour(decision.creancier).soeurs(decision)
    soeurs = list(relues.select_related("facture").avec_suites())
    if not soeurs:
        raise DecisionImpossible("Cette décision est retirée : rien ne la suit.")
    for soeur in soeurs:
        _refuser_la_suite(soeur, fait=fait, le=le, au=au)
    suites = [
        SuiteDecision.objects.create(
            creancier=decision.creancier, decision=soeur, fait=fait, le=le, saisie_par=acteur,
            geste=geste,
        )
        for soeur in soeurs
    ]  # fmt: skip
    for soeur, suite in zip(soeurs, suites, strict=True):
        inscrire(
            Evenement.SUITE_ENREGISTREE,
            cible=soeur.facture,
            acteur=acteur,
            geste=geste,
            reference=soeur.reference,
            fait=suite.get_fait_display(),
            le=le,
        )
    _rendre([soeur.facture for soeur in soeurs], acteur, geste)
    return suites


def _refuser_la_suite(decision: Decision, *, fait: FaitDecision, le: date, au: date) -> None:
    if fait not in FAITS_PAR_NATURE[NatureDecision(decision.nature)]:
        nature = decision.get_nature_display().lower()
        raise DecisionImpossible(f"« {fait.label} » ne suit pas cette décision ({nature}).")
    if le > au:
        raise DecisionImpossible("Cette date n'est pas encore passée.")
    debut = decision.rendue_le or decision.executoire_le
    if debut is not None and le < debut:
        raise DecisionImpossible("Cette date précède la décision.")
    notes = {suite.fait: suite.le for suite in decision.suites.all() if not suite.retiree_motif}
    memes = SIGNIFICATIONS if fait in SIGNIFICATIONS else (fait,)
    if any(meme in notes for meme in memes):
        raise DecisionImpossible("Cette suite est déjà notée : retirez-la pour la corriger.")
    if fait in SIGNIFICATIONS:
        return
    signifiee = next((notes[s] for s in SIGNIFICATIONS if s in notes), None)
    if signifiee is None and decision.nature == NatureDecision.INJONCTION:
        raise DecisionImpossible("Notez d'abord le jour où l'ordonnance a été signifiée.")
    if signifiee is not None and le < signifiee:
        raise DecisionImpossible("Cette date précède le jour où l'ordonnance a été signifiée.")
    recours = (FaitDecision.OPPOSITION, FaitDecision.APPEL)
    if fait == FaitDecision.ETEINT and not any(notes.get(un, date.max) <= le for un in recours):
        raise DecisionImpossible("Aucun recours noté avant cette date : rien ne s'éteint.")


@transaction.atomic
def retirer_suite(suite: SuiteDecision, *, motif: str, acteur: Utilisateur) -> None:
    """Saisie par erreur : elle reste lisible, et n'a plus d'effet sur aucune facture jugée."""
    if not motif.strip():
        raise DecisionImpossible("Dites pourquoi elle est retirée.")
    verrouiller_le_compte(suite.decision.facture.client)
    soeurs = list(Decision.objects.pour(suite.creancier).soeurs(suite.decision))
    verrouiller_factures(suite.creancier, [soeur.facture_id for soeur in soeurs])
    memes = SuiteDecision.objects.pour(suite.creancier).filter(
        decision__in=soeurs, fait=suite.fait, le=suite.le, retiree_motif=""
    )
    retirees = list(memes.select_related("decision__facture"))
    if not retirees:
        raise DecisionImpossible("Cette suite est déjà retirée.")
    for une in retirees:
        _retirer_suite(une, motif.strip(), acteur)
    _rendre([une.decision.facture for une in retirees], acteur)


def defaire_le_jugement(geste: Geste, *, motif: str, acteur: Utilisateur | None) -> None:
    """L'étape du dossier qui l'a inscrit est annulée : ce qu'elle a noté n'a plus d'effet."""
    touchees = []
    for suite in SuiteDecision.objects.pour(geste.creancier).filter(geste=geste, retiree_motif=""):
        _retirer_suite(suite, motif, acteur)
        touchees.append(suite.decision.facture)
    for decision in Decision.objects.pour(geste.creancier).filter(geste=geste).valables():
        _retirer(decision, motif, acteur)
        touchees.append(decision.facture)
    if touchees:
        _rendre(touchees, acteur)


def _rendre(
    factures: Sequence[Facture], acteur: Utilisateur | None, geste: Geste | None = None
) -> None:
    """Ce que la décision, ou son retrait, ne laisse plus devoir et qui était payé."""
    pks = [facture.pk for facture in factures]
    rendre_les_trop_percus(factures[0].creancier, acteur=acteur, factures=pks, geste=geste)


def _retirer(decision: Decision, motif: str, acteur: Utilisateur | None) -> None:
    decision.retiree_motif = motif
    decision.save(update_fields=["retiree_motif"])
    inscrire(
        Evenement.DECISION_RETIREE,
        cible=decision.facture,
        acteur=acteur,
        reference=decision.reference,
        motif=motif,
    )


def _retirer_suite(suite: SuiteDecision, motif: str, acteur: Utilisateur | None) -> None:
    suite.retiree_motif = motif
    suite.save(update_fields=["retiree_motif"])
    inscrire(
        Evenement.SUITE_RETIREE,
        cible=suite.decision.facture,
        acteur=acteur,
        reference=suite.decision.reference,
        fait=suite.get_fait_display(),
        motif=motif,
    )


def _relire(decision: Decision) -> Decision:
    verrouiller_le_compte(decision.facture.client)
    verrouiller_factures(decision.creancier, [decision.facture_id])
    relue: Decision = (
        Decision.objects.pour(decision.creancier).select_related("facture").get(pk=decision.pk)
    )
    return relue
