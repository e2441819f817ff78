"""La recherche : un client, une facture, un SIREN, un montant, un téléphone, chez tous."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import Q

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import arrondir

COMBIEN = 20


@dataclass(frozen=True, slots=True)
class Trouvailles:
    clients: list[Client]
    factures: list[Facture]

    @property
    def nombre(self) -> int:
        return len(self.clients) + len(self.factures)


def chercher(creanciers: Sequence[Creancier], texte: str) -> Trouvailles:
    """Au plus vingt clients et vingt factures ; rien pour moins de deux signes."""
    texte = texte.replace("\0", "").strip()[:80]
    if len(texte) < 2:
        return Trouvailles([], [])
    return Trouvailles(_clients(creanciers, texte), _factures(creanciers, texte))


def _clients(creanciers: Sequence[Creancier], texte: str) -> list[Client]:
    clients = Client.objects.parmi(creanciers).actifs()
    par_coordonnee = Q()
    chiffres = re.sub(r"\D", "", texte)
    if "@" in texte:
        par_coordonnee = Q(coordonnees__valeur__icontains=texte)
    elif len(chiffres) >= 6 and len(chiffres) >= len(texte) / 2:
        # Les numéros sont gardés en E.164 : on cherche sans le zéro ni l'indicatif.
        par_coordonnee = Q(coordonnees__valeur__endswith=chiffres[-9:])
    trouves = clients.cherchant(texte)
    if par_coordonnee:
        trouves = trouves.union(clients.filter(par_coordonnee))
        identifiants = [client.pk for client in trouves[:COMBIEN]]
        trouves = clients.filter(pk__in=identifiants)
    return list(trouves.select_related("creancier").order_by("nom")[:COMBIEN])


def _factures(creanciers: Sequence[Creancier], texte: str) -> list[Facture]:
    # Un numéro de facture a au moins un chiffre : un nom ne fait pas relire toutes les factures.
    if not any(signe.isdigit() for signe in texte):
        return []
    condition = Q(numero__icontains=texte)
    montant = _montant(texte)
    if montant is not None:
        condition |= Q(montant_ttc=montant) | Q(solde=montant)
    return list(
        Facture.objects.parmi(creanciers)
        .filter(condition)
        .select_related("client", "creancier")
        .order_by("-date_emission", "-pk")[:COMBIEN]
    )


def _montant(texte: str) -> Decimal | None:
    compact = re.sub(r"[\s\u202f€]", "", texte).replace(",", ".")
    try:
        montant = Decimal(compact)
    except InvalidOperation:
        return None
    est_plausible = montant.is_finite() and 0 < montant < 10**12
    return arrondir(montant) if est_plausible else None
