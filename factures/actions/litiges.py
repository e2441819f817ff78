"""Le client conteste : on l'écrit, on s'arrête ; tranché, on reprend."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import transaction

from factures.actions.annonces import annoncer_creances
from factures.actions.verrous import verrouiller_chez_son_client, verrouiller_factures
from factures.enums import IssueLitige
from factures.erreurs import LitigeDejaClos, LitigeDejaOuvert, LitigeImpossible
from factures.evenements import Evenement
from factures.models import Facture, Litige
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
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
    geste: Geste | None = None,
) -> Litige:
    """Sans montant contesté, c'est toute la facture qui l'est."""
    facture = verrouiller_chez_son_client(facture)
    if facture.est_avoir or facture.est_soldee:
        raise LitigeImpossible("Rien n'est dû sur cette facture : il n'y a rien à contester.")
    if montant_conteste is not None and not 0 < montant_conteste <= facture.montant_ttc:
        raise LitigeImpossible(
            f"Le montant contesté doit être compris entre 0 et {euros(facture.montant_ttc)}."
        )
    if Litige.objects.pour(facture.creancier).ouverts().filter(facture=facture).exists():
        raise LitigeDejaOuvert
    geste = geste or poser(Genre.LITIGE, creancier=facture.creancier, acteur=acteur)
    litige = Litige.objects.create(
        creancier=facture.creancier,
        facture=facture,
        motif=motif,
        montant_conteste=montant_conteste,
        detail=detail,
        responsable=responsable,
        ouvert_le=le,
        ouvert_par=acteur,
        geste=geste,
    )
    inscrire(
        Evenement.LITIGE_OUVERT,
        cible=facture,
        acteur=acteur,
        geste=geste,
        litige=litige.pk,
        motif=litige.get_motif_display(),
        montant_conteste=montant_conteste,
    )
    annoncer_creances(facture.creancier, [facture], "litige", geste)
    return litige


@transaction.atomic
def clore_litige(
    litige: Litige, *, issue: str, le: date, acteur: Utilisateur, note: str = ""
) -> Litige:
    geste = poser(Genre.ISSUE_LITIGE, creancier=litige.creancier, acteur=acteur)
    return _trancher(litige, issue=IssueLitige(issue), note=note, le=le, geste=geste)


def _trancher(litige: Litige, *, issue: IssueLitige, note: str, le: date, geste: Geste) -> Litige:
    creancier = litige.creancier
    facture = verrouiller_chez_son_client(litige.facture)
    litige = Litige.objects.pour(creancier).get(pk=litige.pk)
    if litige.clos_le:
        raise LitigeDejaClos
    if le < litige.ouvert_le:
        raise LitigeImpossible("Un litige ne peut pas être clos avant d'avoir été ouvert.")
    litige.clos_le, litige.issue, litige.note_issue = le, issue, note
    litige.clos_geste = geste
    litige.save(update_fields=["clos_le", "issue", "note_issue", "clos_geste"])
    inscrire(
        Evenement.LITIGE_CLOS,
        cible=facture,
        acteur=geste.auteur,
        geste=geste,
        litige=litige.pk,
        issue=litige.get_issue_display(),
        note=note,
    )
    annoncer_creances(creancier, [facture], "modifiee", geste)
    return litige


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    litiges = Litige.objects.pour(question.creancier).select_related("facture")
    for litige in litiges.filter(geste__in=question.numeros, clos_le__isnull=False):
        if litige.geste_id is not None:
            yield litige.geste_id, f"Le litige sur {litige.facture.reference} a été tranché depuis."
    clos = litiges.filter(clos_geste__in=question.de(Genre.ISSUE_LITIGE))
    rouverts = Litige.objects.pour(question.creancier).ouverts().values("facture")
    for litige in clos.filter(facture__in=rouverts):
        if litige.clos_geste_id is not None:
            numero = litige.facture.reference
            yield litige.clos_geste_id, f"{numero} est de nouveau en litige depuis."


def _defaire(retour: Retour) -> None:
    """Ceux qu'il a ouverts se closent sans être tranchés ; ceux qu'il a clos rouvrent."""
    litiges = Litige.objects.pour(retour.creancier).select_related("facture", "creancier")
    note = "Appel annulé" if retour.geste.genre == Genre.APPEL else ""
    for litige in litiges.ouverts().filter(geste=retour.geste).order_by("pk"):
        _trancher(
            litige,
            issue=IssueLitige.ANNULE,
            note=note,
            le=max(retour.le, litige.ouvert_le),
            geste=retour.annulation,
        )
    for litige in litiges.filter(clos_geste=retour.geste).order_by("pk"):
        _rouvrir(litige, retour)


def _rouvrir(litige: Litige, retour: Retour) -> None:
    facture = verrouiller_factures(retour.creancier, [litige.facture_id])[litige.facture_id]
    litige.clos_le, litige.clos_geste, litige.issue, litige.note_issue = None, None, "", ""
    litige.save(update_fields=["clos_le", "clos_geste", "issue", "note_issue"])
    inscrire(
        Evenement.LITIGE_ROUVERT,
        cible=facture,
        acteur=retour.acteur,
        geste=retour.annulation,
        litige=litige.pk,
    )
    annoncer_creances(retour.creancier, [facture], "litige", retour.annulation)


LITIGES = Effet(_retenues, _defaire)
