"""Le débiteur est en procédure collective : on l'écrit, tout s'arrête, on déclare la créance."""

from datetime import date, datetime

from django.db import transaction

from clients.actions.fiche import modifier_client
from clients.models import Client
from factures.documents import (
    GABARIT_DECLARATION,
    contexte_de_la_declaration,
    donnees_du_decompte,
)
from factures.enums import NatureProcedure
from factures.erreurs import ProcedureImpossible
from factures.evenements import Evenement
from factures.lectures.arrete import factures_dues
from factures.lectures.decompte import decompte_client
from factures.models import Facture, ProcedureOuverte
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.actions.scelles import sceller
from recouvrement.documents.models import Document
from recouvrement.droit.procedure_collective import est_anterieure
from recouvrement.journal.actions import inscrire

NATURE_DECLARATION = "declaration_creance"


@transaction.atomic
def enregistrer_procedure(
    client: Client,
    *,
    nature: str,
    jugement_le: date,
    au: date,
    acteur: Utilisateur,
    publication_le: date | None = None,
    tribunal: str = "",
    representant: str = "",
    representant_adresse: str = "",
) -> ProcedureOuverte:
    """La date du jugement va à la fiche : plus aucune relance ne part, les intérêts s'arrêtent."""
    if jugement_le > au:
        raise ProcedureImpossible("Ce jugement n'a pas encore été rendu.")
    if publication_le is not None and publication_le < jugement_le:
        raise ProcedureImpossible("La publication au BODACC suit le jugement.")
    client = modifier_client(client, acteur=acteur, procedure_collective_le=jugement_le)
    procedure: ProcedureOuverte
    procedure, _ = ProcedureOuverte.objects.pour(client.creancier).update_or_create(
        creancier=client.creancier,
        client=client,
        defaults={
            "nature": NatureProcedure(nature),
            "jugement_le": jugement_le,
            "publication_le": publication_le,
            "tribunal": tribunal,
            "representant": representant,
            "representant_adresse": representant_adresse,
            "saisie_par": acteur,
        },
    )
    inscrire(
        Evenement.PROCEDURE_ENREGISTREE,
        cible=client,
        acteur=acteur,
        nature=procedure.get_nature_display(),
        jugement_le=jugement_le,
        publication_le=publication_le,
        representant=representant,
    )
    return procedure


def preparer_declaration(
    procedure: ProcedureOuverte, *, maintenant: datetime, le: date, acteur: Utilisateur
) -> Document:
    """Scelle la déclaration des créances nées avant le jugement, arrêtées à la veille."""
    client = procedure.client
    dues = factures_dues(client, au=procedure.jugement_le, soldees=False)
    dues = [f for f in dues if f.solde and _est_a_declarer(f, procedure)]
    if not dues:
        raise ProcedureImpossible("Aucune créance née avant le jugement ne reste due.")
    decompte = decompte_client(client, au=procedure.jugement_le, factures=dues)
    if decompte.refus:
        raise ProcedureImpossible(decompte.refus)
    document = sceller(
        client.creancier,
        nature=NATURE_DECLARATION,
        titre=f"Déclaration de créance, {client.nom}",
        nom_fichier=f"declaration-de-creance-{client.pk}.pdf",
        gabarit=GABARIT_DECLARATION,
        contexte=contexte_de_la_declaration(procedure, decompte, le=le),
        donnees=donnees_du_decompte(decompte) | {"client": client.pk},
        maintenant=maintenant,
        acteur=acteur,
    )
    procedure.declaration = document
    procedure.save(update_fields=["declaration"])
    return document


def _est_a_declarer(facture: Facture, procedure: ProcedureOuverte) -> bool:
    return est_anterieure(facture.date_prestation or facture.date_emission, procedure.jugement_le)


@transaction.atomic
def declarer_creance(
    procedure: ProcedureOuverte, *, le: date, au: date, acteur: Utilisateur
) -> ProcedureOuverte:
    """La déclaration est partie : l'échéance n'alerte plus."""
    if not procedure.jugement_le <= le <= au:
        raise ProcedureImpossible("La déclaration suit le jugement et n'est pas à venir.")
    procedure.declaree_le = le
    procedure.save(update_fields=["declaree_le"])
    inscrire(Evenement.CREANCE_DECLAREE, cible=procedure.client, acteur=acteur, le=le)
    return procedure
