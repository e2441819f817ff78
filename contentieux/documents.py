"""Le projet de requête (rubriques du Cerfa 12946) et le bordereau, remplis de ce que l'on sait."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from contentieux.enums import Voie
from contentieux.models import Dossier, PieceDossier
from factures.documents import partie_du_client
from factures.lectures import DecompteClient
from recouvrement.documents.contextes import (
    Champ,
    Coupe,
    LigneDeduite,
    Partie,
    PieceBordereau,
    Somme,
    partie_du_creancier,
)
from recouvrement.droit.regimes import Regime
from recouvrement.socle.formats import jour
from recouvrement.socle.montants import ZERO

GABARIT_REQUETE = "contentieux/documents/injonction.html"
GABARIT_BORDEREAU = "contentieux/documents/bordereau.html"
GABARIT_FEUILLE = "contentieux/documents/feuille_piece.html"


def contexte_de_requete(
    dossier: Dossier,
    decompte: DecompteClient,
    *,
    pieces: Sequence[PieceDossier],
    le: date,
    deduites: Sequence[LigneDeduite] = (),
) -> dict[str, object]:
    """Ce qui manque reste vide dans le formulaire : rien n'est inventé."""
    creancier, debiteur = _parties(dossier)
    sommes = _sommes(dossier, decompte, pieces, deduites)
    reclame = sum((somme.montant for somme in sommes if somme.montant), ZERO)
    return {
        "titre": "Requête en injonction de payer",
        "creancier": creancier,
        "debiteur": debiteur,
        "demandeur_morale": _morale("demandeur", creancier if creancier.est_morale else None),
        "demandeur_physique": [
            *_physique("demandeur", None if creancier.est_morale else creancier),
            *_etat_civil("demandeur", dossier if not creancier.est_morale else None),
        ],
        "debiteur_morale": _morale("debiteur", debiteur if debiteur.est_morale else None),
        "debiteur_physique": _physique("debiteur", None if debiteur.est_morale else debiteur),
        "mandataire": [
            Champ("mandataire_nom", "Nom ou dénomination", "", 5),
            Champ("mandataire_domicile", "Domicile ou siège", "", 7),
        ],
        "tribunal": dossier.tribunal,
        "renvoi": dossier.requete.get("renvoi", ""),
        "arrete": decompte.au,
        "demain": decompte.au + timedelta(days=1),
        "le": le,
        "sommes": sommes,
        "assiette": decompte.principal - sum((d.montant for d in deduites), ZERO),
        "total_reclame": reclame,
        "au_taux_des_penalites": decompte.regime == Regime.B2B,
        "nombre_pieces": len(pieces),
        "fait_a": dossier.requete.get("lieu") or creancier.ville,
    }


def contexte_de_bordereau(
    dossier: Dossier, *, pieces: Sequence[PieceDossier], pages: Sequence[int], le: date
) -> dict[str, object]:
    creancier, debiteur = _parties(dossier)
    lignes = [_piece(p, nombre) for p, nombre in zip(pieces, pages, strict=True)]
    coupe = Coupe.de(lignes)
    return {
        "titre": "Bordereau de pièces",
        "reference": f"D{dossier.pk}",
        "creancier": creancier,
        "debiteur": debiteur,
        "tribunal": dossier.tribunal,
        "debut": coupe.debut,
        "fin": coupe.fin,
        "nombre": len(lignes),
        "pages": sum(pages),
        "fait_a": dossier.requete.get("lieu") or creancier.ville,
        "le": le,
    }


def contexte_de_feuille(
    dossier: Dossier, *, piece: PieceDossier, pages: int, le: date, resume: str = ""
) -> dict[str, object]:
    """La feuille qui précède une pièce : le même numéro qu'au bordereau."""
    creancier, debiteur = _parties(dossier)
    return {
        "titre": f"Pièce n° {piece.rang}",
        "reference": f"D{dossier.pk}",
        "creancier": creancier,
        "debiteur": debiteur,
        "tribunal": dossier.tribunal,
        "piece": _piece(piece, pages),
        "resume": resume,
        "acte": "Requête en injonction de payer" if dossier.voie != Voie.AUTRE else "Dossier",
        "le": le,
    }


def _piece(piece: PieceDossier, pages: int) -> PieceBordereau:
    du = piece.piece.du if piece.piece else None
    return PieceBordereau(piece.rang, piece.intitule, jour(du) if du else "", pages)


def _parties(dossier: Dossier) -> tuple[Partie, Partie]:
    return partie_du_creancier(dossier.creancier), partie_du_client(dossier.client)


def _sommes(
    dossier: Dossier,
    decompte: DecompteClient,
    pieces: Sequence[PieceDossier],
    deduites: Sequence[LigneDeduite],
) -> list[Somme]:
    numeros = ", ".join(str(piece.rang) for piece in pieces)
    factures = ", ".join(ligne.facture.reference for ligne in decompte.lignes)
    fondement = dossier.requete.get("fondement") or f"Factures {factures}"
    b2b = decompte.regime == Regime.B2B
    interets = "Pénalités de retard" if b2b else "Intérêts"
    article = "C. com., art. L. 441-10, II" if b2b else "C. civ., art. 1231-6"
    return [
        Somme(
            "principal_1",
            "Principal",
            f"Reste dû sur {len(decompte.lignes)} facture(s)",
            decompte.principal,
            fondement[:120],
            numeros[:24],
        ),
        _a_deduire(deduites),
        Somme(
            "penalites",
            "Intérêts échus",
            f"{interets} au {jour(decompte.au)}",
            decompte.interets or None,
            article if decompte.interets else "",
        ),
        Somme("clause_penale", "Clause pénale", "", _montant(dossier, "clause_penale")),
        Somme(
            "accessoires_1",
            "Frais accessoires",
            "Indemnités forfaitaires" if decompte.indemnites else "",
            decompte.indemnites or None,
            "C. com., art. D. 441-5" if decompte.indemnites else "",
        ),
        Somme("accessoires_2", "", "", _montant(dossier, "frais_accessoires")),
    ]


def _a_deduire(deduites: Sequence[LigneDeduite]) -> Somme:
    """Ce que le débiteur a en sa faveur se compense avec ce qui est demandé."""
    if not deduites:
        return Somme("principal_2", "")
    noms = ", ".join(deduite.nom for deduite in deduites)
    total = sum((deduite.montant for deduite in deduites), ZERO)
    return Somme("principal_2", "À déduire", noms, -total or None, "C. civ., art. 1347")


def _montant(dossier: Dossier, nom: str) -> Decimal | None:
    """Saisi par le créancier ; gardé en texte au dossier."""
    saisi = dossier.requete.get(nom) or "0"
    return Decimal(saisi) or None


def _morale(prefixe: str, partie: Partie | None) -> list[Champ]:
    organe = partie.organe if partie else ""
    return [
        Champ(f"{prefixe}_denomination", "Dénomination", partie.nom if partie else "", 5),
        Champ(f"{prefixe}_forme", "Forme", partie.identite if partie else "", 4),
        Champ(f"{prefixe}_rcs", "SIREN et registre", partie.immatriculation if partie else "", 3),
        Champ(f"{prefixe}_siege", "Siège social", partie.adresse_ligne if partie else "", 7),
        Champ(f"{prefixe}_organe", "Représentée légalement par", organe, 5),
    ]


def _etat_civil(prefixe: str, dossier: Dossier | None) -> list[Champ]:
    """Un demandeur personne physique, entrepreneur individuel compris (CPC, art. 54, 3°, a)."""
    dit = dossier.requete if dossier else {}
    return [
        Champ(f"{prefixe}_{code}", libelle, dit.get(code, ""), largeur)
        for code, libelle, largeur in (
            ("profession", "Profession", 4),
            ("nationalite", "Nationalité", 3),
            ("naissance", "Né(e) le, à", 5),
        )
    ]


def _physique(prefixe: str, partie: Partie | None) -> list[Champ]:
    return [
        Champ(f"{prefixe}_nom", "Nom et prénoms", partie.nom if partie else "", 5),
        Champ(f"{prefixe}_domicile", "Domicile", partie.adresse_ligne if partie else "", 7),
    ]
