"""L'argent reçu, l'avoir utilisé, et les factures qu'ils payent."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.verrous import verrouiller, verrouiller_factures, verrouiller_le_compte
from factures.enums import Moyen
from factures.erreurs import (
    AvoirInutilisable,
    EncaissementDejaAnnule,
    FactureIntrouvable,
    ImputationExcessive,
    MontantInvalide,
)
from factures.evenements import Evenement
from factures.models import Encaissement, Facture
from factures.regles import plus_anciennes_dabord
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO, arrondir

type Parts = Sequence[tuple[int, Decimal]]


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
    imputations: Parts | None = None,
    cle_saisie: UUID | None = None,
) -> Encaissement:
    """Enregistre une somme et l'impute ; sans précision, aux plus anciennes d'abord.

    Ce qui dépasse reste disponible pour le client. La même `cle_saisie` rend l'encaissement
    déjà enregistré : un double clic n'encaisse pas deux fois.
    """
    if moyen == Moyen.AVOIR:
        raise AvoirInutilisable("Un avoir s'utilise depuis sa fiche, pas comme un règlement.")
    montant = _verifier_montant(montant)
    verrouiller_le_compte(client)
    if cle_saisie and (deja := _deja_saisi(client, cle_saisie)):
        return deja
    parts = _parts(client, montant, imputations)
    geste = poser(Genre.REGLEMENT, creancier=client.creancier, acteur=acteur)
    encaissement, effet = grand_livre.recevoir(
        client,
        parts,
        montant=montant,
        recu_le=recu_le,
        moyen=moyen,
        reference=reference,
        note=note,
        cle_saisie=cle_saisie,
        geste=geste,
    )
    _inscrire_le_reglement(Evenement.REGLEMENT_ENREGISTRE, encaissement, parts, effet, geste=geste)
    return encaissement


@transaction.atomic
def imputer(
    encaissement: Encaissement, *, acteur: Utilisateur | None, imputations: Parts | None = None
) -> Encaissement:
    """Emploie ce qui restait disponible d'un règlement déjà reçu."""
    encaissement = relire_chez_son_client(encaissement)
    if Encaissement.objects.pour(encaissement.creancier).filter(annule=encaissement).exists():
        raise EncaissementDejaAnnule
    if encaissement.disponible == ZERO:
        raise ImputationExcessive("Ce règlement est déjà entièrement imputé.")
    parts = _parts(encaissement.client, encaissement.disponible, imputations)
    geste = poser(Genre.IMPUTATION, creancier=encaissement.creancier, acteur=acteur)
    effet = grand_livre.imputer(encaissement, parts)
    _inscrire_le_reglement(Evenement.REGLEMENT_IMPUTE, encaissement, parts, effet, geste=geste)
    return encaissement


@transaction.atomic
def utiliser_avoir(
    avoir: Facture,
    *,
    imputations: Parts,
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
    montant = _verifier_montant(sum((part for _, part in imputations), ZERO))
    if montant > avoir.solde:
        raise AvoirInutilisable(f"Il ne reste que {euros(avoir.solde)} sur cet avoir.")
    parts = _parts(client, montant, imputations)
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
    return encaissement


def _verifier_montant(montant: Decimal) -> Decimal:
    if montant <= 0:
        raise MontantInvalide
    if montant != arrondir(montant):
        raise MontantInvalide("Le montant a plus de deux décimales.")
    return montant


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
    client: Client, montant: Decimal, imputations: Parts | None
) -> list[tuple[Facture, Decimal]]:
    """Les factures verrouillées et leur part, vérifiées l'une et l'autre."""
    if imputations is None:
        ouvertes = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
        pks = ouvertes.values_list("pk", flat=True)
        return plus_anciennes_dabord(verrouiller_factures(client.creancier, pks).values(), montant)
    demandes = [(pk, part) for pk, part in imputations if part]
    if len({pk for pk, _ in demandes}) != len(demandes):
        raise ImputationExcessive("Une facture figure deux fois dans la répartition.")
    factures = verrouiller_factures(client.creancier, [pk for pk, _ in demandes])
    parts = []
    for pk, part in demandes:
        facture = factures.get(pk)
        if facture is None or facture.client_id != client.pk or facture.est_avoir:
            raise FactureIntrouvable
        _verifier_montant(part)
        if part > facture.solde:
            reste = f"il reste {euros(facture.solde)}" if facture.solde else "elle est soldée"
            raise ImputationExcessive(f"{facture.numero} : {euros(part)} imputés, mais {reste}.")
        parts.append((facture, part))
    if (total := grand_livre.somme(parts)) > montant:
        raise ImputationExcessive(
            f"La répartition ({euros(total)}) dépasse le montant ({euros(montant)})."
        )
    return parts


def _inscrire_le_reglement(
    evenement: Evenement,
    encaissement: Encaissement,
    parts: grand_livre.Parts,
    effet: grand_livre.Effet,
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
            (facture, {"encaissement": encaissement.pk, "montant": part, "reste": facture.solde})
            for facture, part in parts
        ],
        acteur=geste.auteur,
        geste=geste,
    )
    annoncer_effet(encaissement.creancier, effet, geste)
