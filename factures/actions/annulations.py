"""Rien ne s'efface : un règlement s'annule par une écriture de sens contraire."""

from datetime import date

from django.db import transaction

from factures.actions.encaissements import relire_chez_son_client
from factures.actions.soldes import (
    annoncer_creances,
    rouvrir,
    verrouiller_factures,
)
from factures.erreurs import AnnulationImpossible, EncaissementDejaAnnule
from factures.evenements import Evenement
from factures.models import Encaissement, Imputation
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot
from recouvrement.socle.formats import jour
from recouvrement.socle.montants import ZERO


@transaction.atomic
def annuler_encaissement(
    encaissement: Encaissement, *, motif: str, acteur: Utilisateur | None, le: date
) -> Encaissement:
    """Chèque rejeté, saisie erronée : rend la contre-écriture, et ses factures sont redues."""
    creancier = encaissement.creancier
    qs = Encaissement.objects.pour(creancier)
    encaissement = relire_chez_son_client(encaissement)
    if encaissement.annule_id:
        raise AnnulationImpossible("Une contre-écriture ne s'annule pas : saisissez le règlement.")
    if qs.filter(annule=encaissement).exists():
        raise EncaissementDejaAnnule
    if le < encaissement.recu_le:
        raise AnnulationImpossible(
            f"L'annulation ne peut pas précéder le règlement, reçu le {jour(encaissement.recu_le)}."
        )
    imputations = list(encaissement.imputations.all())
    pks = {imputation.facture_id for imputation in imputations} | {encaissement.avoir_id} - {None}
    factures = verrouiller_factures(creancier, pks)
    contre = Encaissement.objects.create(
        creancier=creancier,
        client=encaissement.client,
        montant=-encaissement.montant,
        disponible=ZERO,
        recu_le=le,
        moyen=encaissement.moyen,
        reference=encaissement.reference,
        avoir_id=encaissement.avoir_id,
        annule=encaissement,
        motif_annulation=motif,
        saisi_par=acteur,
    )
    Imputation.objects.bulk_create(
        Imputation(
            creancier=creancier,
            encaissement=contre,
            facture_id=imputation.facture_id,
            montant=-imputation.montant,
            le=max(le, imputation.le),
        )
        for imputation in imputations
    )
    encaissement.disponible = ZERO
    encaissement.save(update_fields=["disponible"])
    if avoir := factures.get(encaissement.avoir_id):
        avoir.solde += encaissement.montant
        avoir.soldee_le = None
        avoir.save(update_fields=["solde", "soldee_le"])
    parts = [(factures[i.facture_id], i.montant) for i in imputations]
    rouvertes = rouvrir(parts)
    inscrire(
        Evenement.REGLEMENT_ANNULE,
        cible=encaissement,
        acteur=acteur,
        motif=motif,
        montant=encaissement.montant,
        le=le,
    )
    inscrire_lot(
        Evenement.REGLEMENT_RETIRE,
        cibles=[
            (
                facture,
                {
                    "encaissement": encaissement.pk,
                    "montant": part,
                    "reste": facture.solde,
                    "motif": motif,
                },
            )
            for facture, part in parts
        ],
        acteur=acteur,
    )
    deja = {facture.pk for facture in rouvertes}
    annoncer_creances(creancier, rouvertes, "rouverte")
    annoncer_creances(creancier, (f for f, _ in parts if f.pk not in deja), "modifiee")
    return contre
