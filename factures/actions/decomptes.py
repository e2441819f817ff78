"""Sceller un décompte : ce qui était dû ce jour-là, tel qu'un juge pourra le lire."""

from collections.abc import Sequence
from datetime import datetime

from clients.models import Client
from factures.documents import GABARIT_DECOMPTE, contexte_du_decompte, donnees_du_decompte
from factures.erreurs import DecompteImpossible
from factures.lectures.decompte import DecompteClient
from factures.lectures.faveur import Deduite
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.actions.scelles import sceller
from recouvrement.documents.contextes import LigneDeduite
from recouvrement.documents.models import Document
from recouvrement.socle import formats

NATURE_DECOMPTE = "decompte_client"


def sceller_decompte(
    client: Client,
    *,
    decompte: DecompteClient,
    deduites: Sequence[Deduite],
    maintenant: datetime,
    acteur: Utilisateur,
) -> Document:
    """Refuse un décompte vide ou qu'un taux manquant laisse incomplet."""
    if decompte.refus:
        raise DecompteImpossible(decompte.refus)
    if not decompte.lignes:
        raise DecompteImpossible("Rien n'était dû ce jour-là : il n'y a pas de décompte à sceller.")
    lignes = [LigneDeduite(str(deduite.ligne), deduite.montant) for deduite in deduites]
    reference = f"DC-{client.pk}-{decompte.au:%Y%m%d}"
    return sceller(
        client.creancier,
        nature=NATURE_DECOMPTE,
        titre=f"Décompte de {client.nom} au {formats.jour(decompte.au)}",
        nom_fichier=f"decompte-{client.pk}-{decompte.au:%Y-%m-%d}.pdf",
        gabarit=GABARIT_DECOMPTE,
        contexte=contexte_du_decompte(client, decompte, reference=reference, deduites=lignes),
        donnees=donnees_du_decompte(decompte)
        | {"client": client.pk, "deduites": {ligne.nom: str(ligne.montant) for ligne in lignes}},
        maintenant=maintenant,
        acteur=acteur,
    )
