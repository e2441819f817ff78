"""Ce qui interrompt ou suspend la prescription s'enregistre avec sa preuve."""

from datetime import date

from django.db import transaction

from factures.actions.verrous import verrouiller_factures
from factures.enums import ActePrescription, DureePrescription
from factures.erreurs import ActeImpossible, FactureIntrouvable
from factures.evenements import Evenement
from factures.lectures.prescription import duree_de_la_facture
from factures.models import EvenementPrescription, Facture, Piece
from recouvrement.comptes.models import Utilisateur
from recouvrement.droit.prescription import Acte, Duree
from recouvrement.journal.actions import inscrire


@transaction.atomic
def enregistrer_acte(
    facture: Facture,
    *,
    acte: str,
    le: date,
    preuve: str,
    au: date,
    acteur: Utilisateur,
    fin: date | None = None,
    piece: Piece | None = None,
) -> EvenementPrescription:
    """Refuse ce qui n'a pas d'effet en droit : relance, mise en demeure, dépôt d'une requête."""
    facture = verrouiller_factures(facture.creancier, [facture.pk])[facture.pk]
    if facture.est_avoir:
        raise ActeImpossible("Un avoir ne se prescrit pas contre le client.")
    if acte not in ActePrescription.values:
        raise ActeImpossible("Cet acte n'interrompt ni ne suspend la prescription.")
    if Acte[acte].vient_d_une_decision:
        raise ActeImpossible("Cet acte se note avec la décision de justice : une seule fois.")
    publique = duree_de_la_facture(facture) is Duree.PERSONNE_PUBLIQUE
    if Acte[acte].vise_une_personne_publique and not publique:
        raise ActeImpossible("Cet acte n'interrompt que contre une personne publique.")
    if le > au:
        raise ActeImpossible("Cet acte n'a pas encore eu lieu.")
    if le < facture.date_emission:
        raise ActeImpossible("Cet acte précède la facture.")
    if fin is not None and fin < le:
        raise ActeImpossible("Un acte ne finit pas avant d'avoir commencé.")
    if fin is not None and not Acte[acte].a_une_duree:
        raise ActeImpossible("Cet acte est d'un jour : il n'a pas de fin.")
    if not preuve.strip():
        raise ActeImpossible("Dites ce qui le prouve.")
    if piece is not None and piece.client_id != facture.client_id:
        raise FactureIntrouvable("Cette pièce n'est pas au dossier de ce client.")
    evenement = EvenementPrescription.objects.create(
        creancier=facture.creancier,
        facture=facture,
        acte=acte,
        le=le,
        fin=fin,
        preuve=preuve.strip(),
        piece=piece,
        saisi_par=acteur,
    )
    inscrire(
        Evenement.ACTE_ENREGISTRE,
        cible=facture,
        acteur=acteur,
        acte=evenement.get_acte_display(),
        le=le,
        fin=fin,
        preuve=preuve,
    )
    return evenement


@transaction.atomic
def choisir_duree(facture: Facture, *, duree: str, motif: str, acteur: Utilisateur) -> Facture:
    """L'objet de la facture commande une autre durée que la nature du client ; vide : à défaut."""
    facture = verrouiller_factures(facture.creancier, [facture.pk])[facture.pk]
    if facture.est_avoir:
        raise ActeImpossible("Un avoir ne se prescrit pas contre le client.")
    if duree and duree not in DureePrescription.values:
        raise ActeImpossible("Cette durée n'est pas connue.")
    if not motif.strip():
        raise ActeImpossible("Dites ce qui commande cette durée.")
    facture.duree_prescription = duree
    facture.save(update_fields=["duree_prescription"])
    inscrire(
        Evenement.DUREE_CHOISIE,
        cible=facture,
        acteur=acteur,
        duree=facture.get_duree_prescription_display(),
        motif=motif.strip(),
    )
    return facture


@transaction.atomic
def declarer_non_avenu(
    evenement: EvenementPrescription, *, motif: str, acteur: Utilisateur
) -> EvenementPrescription:
    """Désistement, péremption, rejet (C. civ., 2243), ou saisie par erreur : il reste lisible."""
    verrouiller_factures(evenement.creancier, [evenement.facture_id])
    evenement = (
        EvenementPrescription.objects.pour(evenement.creancier)
        .select_related("facture")
        .get(pk=evenement.pk)
    )
    if evenement.non_avenu_motif:
        raise ActeImpossible("Cet acte est déjà sans effet.")
    if not motif.strip():
        raise ActeImpossible("Dites pourquoi il est sans effet.")
    evenement.non_avenu_motif = motif.strip()
    evenement.save(update_fields=["non_avenu_motif"])
    inscrire(
        Evenement.ACTE_NON_AVENU,
        cible=evenement.facture,
        acteur=acteur,
        acte=evenement.get_acte_display(),
        motif=motif,
    )
    return evenement
