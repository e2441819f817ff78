"""Ce que disent les lettres : relance, recommandé et mise en demeure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

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
from recouvrement.comptes.models import Creancier
from recouvrement.documents.contextes import (
    Coupe,
    Echelonnement,
    LigneDeduite,
    Paiement,
    Partie,
    partie_du_creancier,
)
from recouvrement.droit.faits import PRINCIPAL_DABORD
from recouvrement.droit.mentions import L111_8_ALINEA_2, L111_8_ALINEA_3
from recouvrement.droit.regimes import Regime
from recouvrement.socle.formats import jour
from recouvrement.socle.montants import ZERO
from relances.lectures.accessoires import accessoires_du
from relances.regles.accessoires import phrase_des_accessoires
from relances.regles.langue import Ecriture

SALUT = re.compile(r"(madame|monsieur|mesdames|messieurs|bonjour|chère?|dear|hello)\b", re.I)
GABARIT_LETTRE = "relances/documents/lettre.html"
GABARIT_MISE_EN_DEMEURE = "relances/documents/mise_en_demeure.html"
GABARIT_DU_MANDATAIRE = "relances/documents/mise_en_demeure_mandataire.html"
GABARIT_RECONNAISSANCE = "relances/documents/reconnaissance.html"


def contexte_de_lettre(
    client: Client,
    decompte: DecompteClient,
    *,
    objet: str,
    texte: str,
    reference: str,
    information: str,
    recommande: bool,
    deduites: Sequence[LigneDeduite] = (),
) -> dict[str, object]:
    """Elle réclame le reste à payer de chaque facture, et nomme à part ce que le retard ajoute."""
    commun = _commun(client, decompte, titre="Lettre de relance", objet=objet, reference=reference)
    total = totaux(decompte, au_solde=True)
    net = total.principal - _total(deduites)
    return commun | {
        "tableau": Coupe.de(lignes_de_factures(decompte, au_solde=True)),
        "deduites": deduites,
        "net": net,
        "libelle_regle": "Déjà réglé",
        "recommande": recommande,
        "information": information,
        "anglais": client.langue == "en",
        "paragraphes": _paragraphes(texte, anglais=client.langue == "en"),
        "total": total,
        "paiement": _paiement(client, net, reference),
        "rappel_legal": phrase_des_accessoires(accessoires_du(decompte), Ecriture(client.langue)),
    }


def contexte_de_mise_en_demeure(
    client: Client,
    decompte: DecompteClient,
    *,
    avant_le: date,
    rappels: Sequence[date],
    reference: str,
    information: str,
    deduites: Sequence[LigneDeduite] = (),
) -> dict[str, object]:
    """La sommation : principal, intérêts période par période et indemnités, jusqu'au total."""
    titre = "Mise en demeure de payer"
    objet = "mise en demeure de payer, factures échues"
    commun = _commun(client, decompte, titre=titre, objet=objet, reference=reference)
    net = decompte.total - _total(deduites)
    return commun | {
        "recommande": True,
        "deduites": deduites,
        "net": net,
        "information": information,
        "avant_le": avant_le,
        "rappels": _nos_rappels(rappels),
        "nom_interets": nom_des_interets(decompte),
        "public": decompte.regime == Regime.B2G,
        "periodes": Coupe.de(lignes_de_periodes(decompte)),
        "total": totaux(decompte),
        "paiement": _paiement(client, net, reference),
    }


def _total(deduites: Sequence[LigneDeduite]) -> Decimal:
    return sum((deduite.montant for deduite in deduites), ZERO)


def contexte_du_mandataire(
    sommation: Mapping[str, object],
    *,
    cabinet: Partie,
    compte_affecte: Paiement,
    creancier: Creancier,
    convention_du: date,
) -> dict[str, object]:
    """La même sommation, signée d'un mandataire : les cinq éléments de CPCE, art. R124-4."""
    return {
        **sommation,
        "emetteur": cabinet,
        "paiement": compte_affecte,
        "creancier": partie_du_creancier(creancier),
        "convention_du": convention_du,
        "l111_8": (L111_8_ALINEA_2, L111_8_ALINEA_3),
    }


def contexte_de_reconnaissance(
    client: Client,
    decompte: DecompteClient,
    *,
    versements: Sequence[tuple[date, Decimal]],
    reference: str,
) -> dict[str, object]:
    """L'accord : la dette reconnue, et des versements qui la paient au centime près."""
    plan = Echelonnement.de(decompte.total, versements)
    return {
        "titre": "Reconnaissance de dette et échéancier",
        "reference": reference,
        "creancier": partie_du_creancier(client.creancier),
        "debiteur": partie_du_client(client),
        "le": decompte.au,
        "arrete": decompte.au,
        "total": totaux(decompte),
        "tableau": Coupe.de(lignes_de_factures(decompte)),
        "imputation": _imputation(decompte),
        "paiement": _paiement(client, plan.versements[0].montant, reference),
        **plan.en_contexte(),
    }


def _imputation(decompte: DecompteClient) -> str:
    """Ce que l'accord écrit est ce que le décompte appliquera (C. civ., art. 1343-1)."""
    ordres = {ligne.calcul.convention.imputation for ligne in decompte.lignes if ligne.calcul}
    if ordres == {PRINCIPAL_DABORD}:
        return "d’abord sur le principal, puis sur les intérêts et les indemnités"
    return (
        "d’abord sur les intérêts, puis sur le principal et les indemnités (C. civ., art. 1343-1)"
    )


def _paragraphes(texte: str, *, anglais: bool) -> list[str]:
    """Un texte qui ne salue personne reçoit la formule d'usage."""
    paragraphes = [p.strip() for p in texte.split("\n\n") if p.strip()]
    if paragraphes and SALUT.match(paragraphes[0]):
        return paragraphes
    return ["Dear Sir or Madam," if anglais else "Madame, Monsieur,", *paragraphes]


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


def _paiement(client: Client, montant: Decimal | None, reference: str) -> Paiement:
    creancier = client.creancier
    return Paiement(
        montant=montant or ZERO,
        beneficiaire=creancier.nom,
        iban=creancier.iban,
        bic=creancier.bic,
        reference=reference,
    )


def _nos_rappels(jours: Sequence[date]) -> str:
    """« nos rappels des 14/07/2026 et 05/08/2026 » ; vide si rien n'a été rappelé."""
    if not jours:
        return ""
    *debut, dernier = [jour(j) for j in sorted(set(jours))]
    return (
        f"nos rappels des {', '.join(debut)} et {dernier}"
        if debut
        else f"notre rappel du {dernier}"
    )
