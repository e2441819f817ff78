"""Le client conteste : on l'écrit, on s'arrête ; tranché, on reprend."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from factures.actions.annonces import annoncer_creances
from factures.actions.verrous import verrouiller_factures
from factures.enums import IssueLitige
from factures.erreurs import LitigeDejaClos, LitigeDejaOuvert, LitigeImpossible
from factures.evenements import Evenement
from factures.models import Facture, Litige
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle.formats import euros


@transaction.atomic
def ouvrir_litige(
    facture: Facture,
    *,
    motif: str,
    le: date,
    acteur: Utilisateur,
    montant_conteste: Decimal | None = None,
    detail: str = "",
    responsable: str = "",
) -> Litige:
    """Sans montant contesté, c'est toute la facture qui l'est."""
    facture = verrouiller_factures(facture.creancier, [facture.pk])[facture.pk]
    if facture.est_avoir or facture.est_soldee:
        raise LitigeImpossible("Rien n'est dû sur cette facture : il n'y a rien à contester.")
    if montant_conteste is not None and not 0 < montant_conteste <= facture.montant_ttc:
        raise LitigeImpossible(
            f"Le montant contesté doit être compris entre 0 et {euros(facture.montant_ttc)}."
        )
    if Litige.objects.pour(facture.creancier).ouverts().filter(facture=facture).exists():
        raise LitigeDejaOuvert
    litige = Litige.objects.create(
        creancier=facture.creancier,
        facture=facture,
        motif=motif,
        montant_conteste=montant_conteste,
        detail=detail,
        responsable=responsable,
        ouvert_le=le,
        ouvert_par=acteur,
    )
    inscrire(
        Evenement.LITIGE_OUVERT,
        cible=facture,
        acteur=acteur,
        litige=litige.pk,
        motif=litige.get_motif_display(),
        montant_conteste=montant_conteste,
    )
    annoncer_creances(facture.creancier, [facture], "litige")
    return litige


@transaction.atomic
def clore_litige(
    litige: Litige, *, issue: str, le: date, acteur: Utilisateur, note: str = ""
) -> Litige:
    creancier = litige.creancier
    facture = verrouiller_factures(creancier, [litige.facture_id])[litige.facture_id]
    litige = Litige.objects.pour(creancier).get(pk=litige.pk)
    if litige.clos_le:
        raise LitigeDejaClos
    if le < litige.ouvert_le:
        raise LitigeImpossible("Un litige ne peut pas être clos avant d'avoir été ouvert.")
    litige.clos_le, litige.issue, litige.note_issue = le, IssueLitige(issue), note
    litige.save(update_fields=["clos_le", "issue", "note_issue"])
    inscrire(
        Evenement.LITIGE_CLOS,
        cible=facture,
        acteur=acteur,
        litige=litige.pk,
        issue=litige.get_issue_display(),
        note=note,
    )
    annoncer_creances(creancier, [facture], "modifiee")
    return litige
