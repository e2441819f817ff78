"""L'argent reçu, l'avoir utilisé, et les factures qu'ils payent."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.parts import Effet, Part, Parts
from factures.actions.references import accorder_les_references
from factures.actions.repartition import (
    Demandes,
    parts_d_avoir,
    parts_du_droit,
    parts_indiquees,
    verifier_montant,
)
from factures.actions.verrous import verrouiller, verrouiller_factures, verrouiller_le_compte
from factures.enums import MOYENS_QUI_RETIRENT
from factures.erreurs import (
    AvoirInutilisable,
    EncaissementDejaAnnule,
    ImputationExcessive,
)
from factures.evenements import Evenement
from factures.models import Encaissement, Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO


@transaction.atomic
def encaisser(
    client: Client,
    *,
    montant: Decimal,
    recu_le: date,
    moyen: str,
    acteur: Utilisateur | None,
    reference: str = "",
    note: str = "",
    ordre: str = "",
    imputations: Demandes | None = None,
    cle_saisie: UUID | None = None,
) -> Encaissement:
    """Enregistre une somme et l'impute : là où on l'a dit, sinon comme le droit le dit.

    `ordre` : ce qu'il éteint d'abord, si ce n'est pas la convention. Ce qui dépasse reste
    disponible pour le client. La même `cle_saisie` rend l'encaissement déjà enregistré : un double
    clic n'encaisse pas deux fois.
    """
    if moyen in MOYENS_QUI_RETIRENT:
        raise AvoirInutilisable("Un avoir s'utilise depuis sa fiche, pas comme un règlement.")
    montant = verifier_montant(montant)
    verrouiller_le_compte(client)
    if cle_saisie and (deja := _deja_saisi(client, cle_saisie)):
        return deja
    parts = _parts(client, montant, imputations, le=recu_le, ordre=ordre)
    geste = poser(Genre.REGLEMENT, creancier=client.creancier, acteur=acteur)
    encaissement, effet = grand_livre.recevoir(
        client,
        parts,
        montant=montant,
        recu_le=recu_le,
        moyen=moyen,
        reference=reference,
        note=note,
        ordre=ordre,
        cle_saisie=cle_saisie,
        geste=geste,
    )
    _inscrire_le_reglement(Evenement.REGLEMENT_ENREGISTRE, encaissement, parts, effet, geste=geste)
    return encaissement


@transaction.atomic
def imputer(
    encaissement: Encaissement, *, acteur: Utilisateur | None, imputations: Demandes | None = None
) -> Encaissement:
    """Emploie ce qui restait disponible d'un règlement déjà reçu."""
    encaissement = relire_chez_son_client(encaissement)
    if Encaissement.objects.pour(encaissement.creancier).filter(annule=encaissement).exists():
        raise EncaissementDejaAnnule
    if encaissement.disponible == ZERO:
        raise ImputationExcessive("Ce règlement est déjà entièrement imputé.")
    parts = _parts(
        encaissement.client,
        encaissement.disponible,
        imputations,
        le=encaissement.recu_le,
        ordre=encaissement.ordre,
    )
    geste = poser(Genre.IMPUTATION, creancier=encaissement.creancier, acteur=acteur)
    effet = grand_livre.imputer(encaissement, parts)
    _inscrire_le_reglement(Evenement.REGLEMENT_IMPUTE, encaissement, parts, effet, geste=geste)
    return encaissement


@transaction.atomic
def utiliser_avoir(
    avoir: Facture,
    *,
    imputations: Demandes,
    le: date,
    acteur: Utilisateur | None,
    cle_saisie: UUID | None = None,
) -> Encaissement:
    """Paye des factures du même client avec ce qui reste d'un avoir."""
    creancier = avoir.creancier
    # Celui d'aujourd'hui : la page a pu être ouverte avant une fusion.
    client = Client.objects.pour(creancier).get(factures=avoir)
    client.creancier = creancier
    verrouiller_le_compte(client)
    if cle_saisie and (deja := _deja_saisi(client, cle_saisie)):
        return deja
    avoir = verrouiller_factures(creancier, [avoir.pk])[avoir.pk]
    if not avoir.est_avoir:
        raise AvoirInutilisable("Cette facture n'est pas un avoir.")
    montant = verifier_montant(sum((part for _, part in imputations), ZERO))
    if montant > avoir.solde:
        raise AvoirInutilisable(f"Il ne reste que {euros(avoir.solde)} sur cet avoir.")
    parts = parts_d_avoir(client, montant, imputations)
    geste = poser(Genre.REGLEMENT, creancier=creancier, acteur=acteur)
    encaissement, effet = grand_livre.employer_avoir(
        avoir, client, parts, le=le, geste=geste, cle_saisie=cle_saisie
    )
    inscrire(
        Evenement.AVOIR_UTILISE,
        cible=avoir,
        acteur=acteur,
        geste=geste,
        montant=montant,
        reste=avoir.solde,
    )
    _inscrire_le_reglement(Evenement.REGLEMENT_ENREGISTRE, encaissement, parts, effet, geste=geste)
    accorder_les_references(creancier, sources=[avoir.pk])
    return encaissement


def _deja_saisi(client: Client, cle_saisie: UUID) -> Encaissement | None:
    return Encaissement.objects.pour(client.creancier).filter(cle_saisie=cle_saisie).first()


def relire_chez_son_client(encaissement: Encaissement) -> Encaissement:
    """Relu sous le verrou de son client d'aujourd'hui : une fusion a pu l'en changer."""
    creancier = encaissement.creancier
    qs = Encaissement.objects.pour(creancier).select_related("client", "creancier", "geste")
    verrouiller_le_compte(qs.get(pk=encaissement.pk).client)
    relu: Encaissement
    (relu,) = verrouiller(qs.filter(pk=encaissement.pk))
    relu.creancier = creancier
    return relu


def _parts(
    client: Client, montant: Decimal, imputations: Demandes | None, *, le: date, ordre: str
) -> tuple[Part, ...]:
    if imputations is None:
        return parts_du_droit(client, montant, le=le, ordre=ordre)
    return parts_indiquees(client, montant, imputations, le=le, ordre=ordre)


def _inscrire_le_reglement(
    evenement: Evenement,
    encaissement: Encaissement,
    parts: Parts,
    effet: Effet,
    *,
    geste: Geste,
) -> None:
    """Au journal du règlement et de chaque facture, puis aux apps du dessus."""
    inscrire(
        evenement,
        cible=encaissement,
        acteur=geste.auteur,
        geste=geste,
        montant=encaissement.montant,
        moyen=encaissement.moyen,
        recu_le=encaissement.recu_le,
        disponible=encaissement.disponible,
    )
    inscrire_lot(
        Evenement.REGLEMENT_IMPUTE,
        cibles=[
            (
                part.facture,
                {
                    "encaissement": encaissement.pk,
                    "montant": part.total,
                    "accessoires": part.accessoires,
                    "reste": part.facture.solde,
                },
            )
            for part in parts
        ],
        acteur=geste.auteur,
        geste=geste,
    )
    annoncer_effet(encaissement.creancier, effet, geste)
