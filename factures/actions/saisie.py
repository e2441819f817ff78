"""Enregistrer une facture à la main, la corriger."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.references import accorder_les_references
from factures.actions.trop_percus import rendre_les_trop_percus
from factures.actions.verrous import verrouiller_chez_son_client, verrouiller_client
from factures.enums import NatureFacture
from factures.erreurs import FactureIncoherente, NumeroDejaPris
from factures.evenements import Evenement
from factures.models import Facture
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO

MODIFIABLES = (
    "client",
    "numero",
    "nature",
    "libelle",
    "reference_commande",
    "date_emission",
    "date_echeance",
    "date_prestation",
    "montant_ht",
    "montant_tva",
    "montant_ttc",
    "rang_entree",
)
# Ce que les échéances d'une même facture ont en commun, ou qui doit faire son total.
DE_LA_FACTURE_ENTIERE = {"client", "numero", "nature", "montant_ht", "montant_tva", "montant_ttc"}
# Ce qui change l'échéance ou la somme change aussi les relances prévues.
DECISIFS = {"client", "nature", "date_echeance", "montant_ttc"}


@transaction.atomic
def enregistrer_facture(
    creancier: Creancier,
    *,
    client: Client,
    numero: str,
    date_emission: date,
    date_echeance: date,
    montant_ttc: Decimal,
    acteur: Utilisateur | None,
    nature: str = NatureFacture.FACTURE,
    montant_ht: Decimal | None = None,
    montant_tva: Decimal | None = None,
    libelle: str = "",
    **champs: Any,
) -> Facture:
    verrouiller_client(client)
    facture = Facture(
        creancier=creancier,
        client=client,
        numero=numero,
        nature=nature,
        date_emission=date_emission,
        date_echeance=date_echeance,
        montant_ht=montant_ht,
        montant_tva=montant_tva,
        montant_ttc=montant_ttc,
        libelle=libelle,
        **champs,
    )
    _verifier(facture, ZERO)
    _ouvrir(facture, acteur)
    accorder_les_references(creancier, numeros=[numero])
    return facture


@transaction.atomic
def enregistrer_en_tranches(
    creancier: Creancier,
    *,
    client: Client,
    numero: str,
    echeances: Sequence[tuple[date, Decimal]],
    montant_ttc: Decimal,
    acteur: Utilisateur | None,
    **champs: Any,
) -> list[Facture]:
    """Une facture payable en plusieurs fois : une ligne par échéance, leur somme est la facture."""
    verrouiller_client(client)
    if sum((montant for _, montant in echeances), ZERO) != montant_ttc:
        raise FactureIncoherente("La somme des échéances doit être le montant de la facture.")
    if champs.get("nature") == NatureFacture.AVOIR:
        raise FactureIncoherente("Un avoir n'a pas d'échéances.")
    # HT et TVA sont ceux de la facture entière.
    champs |= {"montant_ht": None, "montant_tva": None}
    factures = [
        Facture(
            creancier=creancier,
            client=client,
            numero=numero,
            date_echeance=le,
            montant_ttc=montant,
            tranche=rang,
            tranches=len(echeances),
            **champs,
        )
        for rang, (le, montant) in enumerate(sorted(echeances), start=1)
    ]
    _verifier(factures[0], ZERO)
    for facture in factures:
        _ouvrir(facture, acteur)
    accorder_les_references(creancier, numeros=[numero])
    return factures


def _ouvrir(facture: Facture, acteur: Utilisateur | None) -> None:
    grand_livre.ouvrir_creance(facture)
    inscrire(
        Evenement.FACTURE_ENREGISTREE,
        cible=facture,
        acteur=acteur,
        numero=facture.reference,
        montant_ttc=facture.montant_ttc,
        date_echeance=facture.date_echeance,
    )


@transaction.atomic
def modifier_facture(facture: Facture, *, acteur: Utilisateur | None, **champs: Any) -> Facture:
    """Corrige des champs ; ce que les règlements reçus contrediraient est refusé."""
    if inconnus := champs.keys() - set(MODIFIABLES):
        raise TypeError(f"Champs inconnus : {', '.join(sorted(inconnus))}")
    futurs = [champs["client"]] if "client" in champs else []
    facture = verrouiller_chez_son_client(facture, *futurs)
    avant = {nom: getattr(facture, nom) for nom in champs}
    changes = {nom for nom, valeur in champs.items() if avant[nom] != valeur}
    if not changes:
        return facture
    if facture.est_une_tranche and changes & DE_LA_FACTURE_ENTIERE:
        raise FactureIncoherente(
            "Cette facture a plusieurs échéances : son numéro, son client, sa nature et ses "
            "montants ne se changent pas d'une seule."
        )
    change = {nom: champs[nom] for nom in changes}
    juger = partial(_verifier, arrondi=facture.arrondi)
    effet = grand_livre.corriger(facture, change, juger=juger)
    inscrire(
        Evenement.FACTURE_MODIFIEE,
        cible=facture,
        acteur=acteur,
        avant={nom: avant[nom] for nom in sorted(changes)},
        apres={nom: champs[nom] for nom in sorted(changes)},
    )
    if "numero" in changes:
        numeros = {avant["numero"], facture.numero}
        accorder_les_references(facture.creancier, sources=[facture.pk], numeros=numeros)
    rendre_les_trop_percus(facture.creancier, acteur=acteur, factures=[facture.pk])
    if changes & DECISIFS:
        annoncer_effet(facture.creancier, effet)
    return facture


def _verifier(facture: Facture, arrondi: Decimal) -> None:
    """`arrondi` : celui qu'elle avait, venu d'un import, et que corriger son objet n'ôte pas."""
    if facture.client.creancier_id != facture.creancier_id or facture.client.fusionne_dans_id:
        raise FactureIncoherente("Ce client n'est plus utilisable : choisissez-en un autre.")
    if facture.montant_ttc <= 0:
        raise FactureIncoherente("Le montant TTC doit être supérieur à zéro.")
    if facture.arrondi not in (ZERO, arrondi):
        attendu = facture.montant_ttc - facture.arrondi
        raise FactureIncoherente(
            f"Le montant TTC devrait être {euros(attendu)} : le HT plus la TVA."
        )
    meme_numero = Facture.objects.pour(facture.creancier).filter(numero=facture.numero)
    if facture.pk is not None and facture.est_une_tranche:
        meme_numero = meme_numero.filter(tranche=facture.tranche)
    if meme_numero.exclude(pk=facture.pk).exists():
        raise NumeroDejaPris(f"Le numéro {facture.numero} existe déjà.")
