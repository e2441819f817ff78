"""Poser une convention : elle remplace, elle n'efface pas."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from clients.models import Client
from factures.actions.trop_percus import rendre_les_trop_percus
from factures.actions.verrous import verrouiller_client, verrouiller_le_compte
from factures.enums import BaseJours, OrdreImputation
from factures.erreurs import ConventionImpossible
from factures.evenements import Evenement
from factures.models import Convention, Facture
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle.montants import ZERO


@transaction.atomic
def poser_convention(
    creancier: Creancier,
    *,
    motif: str,
    le: date,
    acteur: Utilisateur,
    client: Client | None = None,
    facture: Facture | None = None,
    taux_contractuel: Decimal | None = None,
    base_jours: str = BaseJours.CIVILE,
    imputation: str = OrdreImputation.INTERETS,
    renonce_interets: bool = False,
    renonce_indemnite: bool = False,
    remise_interets: Decimal = ZERO,
    remise_indemnite: Decimal = ZERO,
    capitalisation_depuis: date | None = None,
    interets_maintenus: bool = False,
) -> Convention:
    """Sur une facture si elle est dite, sinon sur le client, sinon chez tout le créancier."""
    if not motif.strip():
        raise ConventionImpossible("Dites d'où vient ce choix : contrat, accord, décision…")
    if (remise_interets or remise_indemnite) and facture is None:
        raise ConventionImpossible("Une remise partielle porte sur une facture : choisissez-la.")
    _verrouiller(client, facture)
    convention = Convention.objects.create(
        creancier=creancier,
        client=None if facture else client,
        facture=facture,
        taux_contractuel=taux_contractuel,
        base_jours=base_jours,
        imputation=imputation,
        renonce_interets=renonce_interets,
        renonce_indemnite=renonce_indemnite,
        remise_interets=remise_interets,
        remise_indemnite=remise_indemnite,
        capitalisation_depuis=capitalisation_depuis,
        interets_maintenus=interets_maintenus,
        motif=motif,
        posee_par=acteur,
        posee_le=le,
    )
    inscrire(
        Evenement.CONVENTION_POSEE,
        cible=facture or client or creancier,
        acteur=acteur,
        creancier=creancier,
        convention=convention.pk,
        motif=motif,
        taux=taux_contractuel,
        base=base_jours,
        imputation=imputation,
        renonce_interets=renonce_interets,
        renonce_indemnite=renonce_indemnite,
        remise_interets=remise_interets,
        remise_indemnite=remise_indemnite,
        capitalisation_depuis=capitalisation_depuis,
        interets_maintenus=interets_maintenus,
    )
    _rendre(convention, acteur)
    return convention


def _verrouiller(client: Client | None, facture: Facture | None) -> None:
    if facture is not None:
        verrouiller_le_compte(facture.client)
    elif client is not None:
        verrouiller_client(client)


def _rendre(convention: Convention, acteur: Utilisateur) -> None:
    """Là où elle vaut, ce qu'elle ne laisse plus devoir et qui était payé."""
    rendre_les_trop_percus(
        convention.creancier,
        acteur=acteur,
        clients=[convention.client_id] if convention.client_id else None,
        factures=[convention.facture_id] if convention.facture_id else None,
    )
