"""Enregistrer une décision de justice : le décompte en suit aussitôt les effets."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from factures.actions.verrous import verrouiller_factures
from factures.erreurs import DecisionImpossible, FactureIntrouvable
from factures.evenements import Evenement
from factures.models import Decision, Facture, Piece
from recouvrement.comptes.models import Utilisateur
from recouvrement.droit.mois import ajouter_ans
from recouvrement.journal.actions import inscrire

ANS_DE_GRACE = 2


@transaction.atomic
def enregistrer_decision(
    factures: Iterable[Facture],
    *,
    reference: str,
    executoire_le: date,
    au: date,
    acteur: Utilisateur,
    condamnation_au_taux_legal: bool = False,
    capitalisation_depuis: date | None = None,
    grace_jusqu_au: date | None = None,
    piece: Piece | None = None,
) -> list[Decision]:
    """Une ligne par facture jugée : chacune garde son décompte."""
    factures = list(factures)
    if not factures:
        raise DecisionImpossible("Choisissez les factures dont le juge a décidé.")
    if not reference.strip():
        raise DecisionImpossible("Dites quelle décision : juridiction, date et numéro.")
    if executoire_le > au:
        raise DecisionImpossible("Cette décision n'est pas encore exécutoire.")
    if grace_jusqu_au is not None:
        if grace_jusqu_au <= executoire_le:
            raise DecisionImpossible("Le délai de grâce finit après la décision.")
        if grace_jusqu_au > ajouter_ans(executoire_le, ANS_DE_GRACE):
            raise DecisionImpossible("Un délai de grâce dure deux ans au plus (C. civ., 1343-5).")
    client, creancier = factures[0].client, factures[0].creancier
    verrouillees = verrouiller_factures(creancier, [facture.pk for facture in factures])
    if any(facture.client_id != client.pk for facture in verrouillees.values()):
        raise FactureIntrouvable
    if piece is not None and piece.client_id != client.pk:
        raise FactureIntrouvable("Cette pièce n'est pas au dossier de ce client.")
    for facture in verrouillees.values():
        if facture.est_avoir:
            raise DecisionImpossible("Un avoir n'est pas une créance : rien ne s'y juge.")
        if executoire_le < facture.date_emission:
            raise DecisionImpossible(f"Cette décision précède la facture {facture.numero}.")
    decisions = [
        Decision.objects.create(
            creancier=creancier,
            facture=facture,
            reference=reference.strip(),
            executoire_le=executoire_le,
            condamnation_au_taux_legal=condamnation_au_taux_legal,
            capitalisation_depuis=capitalisation_depuis,
            grace_jusqu_au=grace_jusqu_au,
            piece=piece,
            saisie_par=acteur,
        )
        for facture in verrouillees.values()
    ]
    for decision in decisions:
        inscrire(
            Evenement.DECISION_ENREGISTREE,
            cible=decision.facture,
            acteur=acteur,
            reference=decision.reference,
            executoire_le=executoire_le,
            au_taux_legal=condamnation_au_taux_legal,
            capitalisation_depuis=capitalisation_depuis,
            grace_jusqu_au=grace_jusqu_au,
        )
    return decisions


@transaction.atomic
def retirer_decision(decision: Decision, *, motif: str, acteur: Utilisateur) -> Decision:
    """Infirmée, rectifiée ou saisie par erreur : elle reste lisible et n'a plus d'effet."""
    verrouiller_factures(decision.creancier, [decision.facture_id])
    decision = (
        Decision.objects.pour(decision.creancier).select_related("facture").get(pk=decision.pk)
    )
    if decision.retiree_motif:
        raise DecisionImpossible("Cette décision est déjà retirée.")
    if not motif.strip():
        raise DecisionImpossible("Dites pourquoi elle est retirée.")
    decision.retiree_motif = motif.strip()
    decision.save(update_fields=["retiree_motif"])
    inscrire(
        Evenement.DECISION_RETIREE,
        cible=decision.facture,
        acteur=acteur,
        reference=decision.reference,
        motif=motif,
    )
    return decision
