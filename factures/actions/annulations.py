"""Rien ne s'efface : un règlement s'annule par une écriture de sens contraire."""

from datetime import date

from django.db import transaction

from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.encaissements import relire_chez_son_client
from factures.erreurs import AnnulationImpossible, EncaissementDejaAnnule
from factures.evenements import Evenement
from factures.models import Encaissement
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot
from recouvrement.socle.formats import jour


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
    contre, rendues, effet = grand_livre.contrepasser(
        encaissement, le=le, motif=motif, acteur=acteur
    )
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
            for facture, part in rendues
        ],
        acteur=acteur,
    )
    annoncer_effet(creancier, effet)
    return contre
