"""Ce que disent les lettres : relance, recommandé et mise en demeure."""

from collections.abc import Sequence
from datetime import date

from clients.models import Client
from factures.documents import (
    adresse_d_enveloppe,
    lignes_de_factures,
    lignes_de_periodes,
    nom_des_interets,
    partie_du_client,
    totaux,
)
from factures.lectures import DecompteClient
from recouvrement.documents.contextes import Coupe, Paiement, partie_du_creancier
from recouvrement.droit.regimes import Regime
from recouvrement.socle.montants import ZERO
from recouvrement.socle.templatetags.formats import jour

GABARIT_LETTRE = "relances/documents/lettre.html"
GABARIT_MISE_EN_DEMEURE = "relances/documents/mise_en_demeure.html"


def contexte_de_lettre(
    client: Client,
    decompte: DecompteClient,
    *,
    objet: str,
    texte: str,
    reference: str,
    recommande: bool,
) -> dict[str, object]:
    """Une lettre de relance : le principal seul est réclamé, comme le disent ses textes."""
    commun = _commun(client, decompte, titre="Lettre de relance", objet=objet, reference=reference)
    total = totaux(decompte)
    return commun | {
        "recommande": recommande,
        "paragraphes": [p.strip() for p in texte.split("\n\n") if p.strip()],
        "total": total,
        "paiement": _paiement(client, total.principal, reference),
        "rappel_legal": decompte.regime == Regime.B2B,
    }


def contexte_de_mise_en_demeure(
    client: Client,
    decompte: DecompteClient,
    *,
    avant_le: date,
    rappels: Sequence[date],
    reference: str,
) -> dict[str, object]:
    """La sommation : principal, intérêts période par période et indemnités, jusqu'au total."""
    titre = "Mise en demeure de payer"
    objet = "mise en demeure de payer, factures échues"
    commun = _commun(client, decompte, titre=titre, objet=objet, reference=reference)
    return commun | {
        "recommande": True,
        "avant_le": avant_le,
        "rappels": _en_liste(rappels),
        "nom_interets": nom_des_interets(decompte),
        "periodes": Coupe.de(lignes_de_periodes(decompte)),
        "total": totaux(decompte),
        "paiement": _paiement(client, decompte.total, reference),
    }


def _commun(
    client: Client, decompte: DecompteClient, *, titre: str, objet: str, reference: str
) -> dict[str, object]:
    return {
        "titre": titre,
        "objet": objet,
        "reference": reference,
        "le": decompte.au,
        "emetteur": partie_du_creancier(client.creancier),
        "destinataire": partie_du_client(client),
        "adresse": adresse_d_enveloppe(client),
        "tableau": Coupe.de(lignes_de_factures(decompte)),
    }


def _paiement(client: Client, montant, reference: str) -> Paiement:
    creancier = client.creancier
    return Paiement(
        montant=montant or ZERO,
        beneficiaire=creancier.nom,
        iban=creancier.iban,
        bic=creancier.bic,
        reference=reference,
    )


def _en_liste(jours: Sequence[date]) -> str:
    *debut, dernier = [jour(j) for j in sorted(set(jours))] or [""]
    return f"{', '.join(debut)} et {dernier}" if debut else dernier
