"""Du décompte calculé aux lignes imprimées : lettre, mise en demeure, décompte et requête."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from clients.models import Client
from factures.lectures import DecompteClient, LigneDecompte
from factures.lectures.recu import Recu
from factures.models import ProcedureOuverte
from recouvrement.documents.contextes import (
    CompteFacture,
    Coupe,
    LigneDeduite,
    LigneFacture,
    LignePeriode,
    LigneReglement,
    Partie,
    Totaux,
    partie_du_creancier,
)
from recouvrement.documents.regles.typographie import adresse_postale
from recouvrement.droit.faits import PRINCIPAL_DABORD, REELLE, Convention
from recouvrement.droit.procedure_collective import ProcedureCollective
from recouvrement.droit.qualite import forme_de
from recouvrement.droit.regimes import Regime
from recouvrement.socle.formats import date_longue, euros
from recouvrement.socle.montants import ZERO

GABARIT_DECOMPTE = "factures/documents/decompte.html"
GABARIT_RECU = "factures/documents/recu.html"
GABARIT_DECLARATION = "factures/documents/declaration.html"


def partie_du_client(client: Client) -> Partie:
    commune = f"{client.code_postal} {client.ville}".strip()
    forme = forme_de(client.forme_juridique)
    return Partie(
        nom=client.nom,
        forme=client.forme_juridique,
        siren=client.siren,
        adresse=tuple(filter(None, [client.adresse, client.complement, commune])),
        ville=client.ville,
        code=client.code,
        est_morale=client.nature != "particulier"
        and not (forme and forme.est_une_personne_physique),
    )


def adresse_d_enveloppe(client: Client) -> list[str]:
    """Six lignes au plus, dans la fenêtre ; refuse une adresse incomplète ou trop longue."""
    commune = f"{client.code_postal} {client.ville}".strip()
    haut = [ligne for ligne in (client.nom, client.complement) if ligne]
    pays = [client.pays] if client.pays not in ("", "FR") else []
    return [*adresse_postale(*haut, client.adresse, commune), *pays]


def nom_des_interets(decompte: DecompteClient) -> str:
    """« Pénalités de retard » entre professionnels ; « Intérêts » ailleurs."""
    return "Pénalités de retard" if decompte.regime == Regime.B2B else "Intérêts de retard"


def lignes_de_factures(
    decompte: DecompteClient, *, au_solde: bool = False
) -> tuple[LigneFacture, ...]:
    """`au_solde` : le reste à payer de chaque facture, quoi que les règlements aient imputé."""
    return tuple(_ligne(ligne, decompte.au, au_solde=au_solde) for ligne in decompte.lignes)


def lignes_de_periodes(decompte: DecompteClient) -> tuple[LignePeriode, ...]:
    return tuple(
        periode for ligne in decompte.lignes for periode in _periodes(ligne) if periode.montant
    )


def totaux(decompte: DecompteClient, *, au_solde: bool = False) -> Totaux:
    lignes = lignes_de_factures(decompte, au_solde=au_solde)
    calculs = [ligne.calcul for ligne in decompte.lignes if ligne.calcul]
    return Totaux(
        nombre=len(lignes),
        ttc=sum((ligne.ttc for ligne in lignes), ZERO),
        regle_principal=sum((ligne.regle_principal for ligne in lignes), ZERO),
        principal=sum((ligne.principal for ligne in lignes), ZERO),
        interets=decompte.interets or ZERO,
        indemnites=decompte.indemnites or ZERO,
        total=decompte.total,
        interets_courus=sum((calcul.interets_courus for calcul in calculs), ZERO),
        interets_payes=sum((calcul.interets_payes for calcul in calculs), ZERO),
        remise_interets=sum((calcul.remise_interets for calcul in calculs), ZERO),
        conteste=sum((ligne.conteste for ligne in lignes), ZERO),
    )


def contexte_du_decompte(
    client: Client,
    decompte: DecompteClient,
    *,
    reference: str,
    deduites: Sequence[LigneDeduite] = (),
) -> dict[str, object]:
    """`deduites` : ce que le débiteur a en sa faveur, nommé sous le total."""
    lignes = lignes_de_factures(decompte)
    return {
        "titre": "Décompte de créance",
        "reference": reference,
        "creancier": partie_du_creancier(client.creancier),
        "debiteur": partie_du_client(client),
        "arrete": decompte.au,
        "le": decompte.au,
        "total": totaux(decompte),
        "a_echoir": decompte.a_echoir,
        "deduites": deduites,
        "net": decompte.total - sum((d.montant for d in deduites), ZERO),
        "tableau": Coupe.de(lignes),
        "comptes": [
            CompteFacture(
                facture,
                _compte(ligne),
                ligne.calcul.remise_interets if ligne.calcul else ZERO,
                ligne.explications,
            )
            for facture, ligne in zip(lignes, decompte.lignes, strict=True)
        ],
        "nom_interets": nom_des_interets(decompte),
        "regles": _regles(decompte),
    }


def contexte_de_la_declaration(
    procedure: ProcedureOuverte, decompte: DecompteClient, *, le: date
) -> dict[str, object]:
    client = procedure.client
    reference = f"DCL-{client.pk}-{procedure.jugement_le:%Y%m%d}"
    return contexte_du_decompte(client, decompte, reference=reference) | {
        "titre": "Déclaration de créance",
        "le": le,
        "ouverture": _ouverture(procedure),
        "destinataire": ProcedureCollective(procedure.nature).destinataire,
        "representant": procedure.representant,
        "representant_adresse": procedure.representant_adresse,
        "interets_maintenus": any(
            ligne.calcul.convention.interets_maintenus for ligne in decompte.lignes if ligne.calcul
        ),
    }


def _ouverture(procedure: ProcedureOuverte) -> str:
    """La procédure en une phrase : sa nature, son jugement, sa publication."""
    tribunal = f" ({procedure.tribunal})" if procedure.tribunal else ""
    publiee = procedure.publication_le
    suite = f", publié au BODACC le {date_longue(publiee)}" if publiee else ""
    return (
        f"Procédure de {procedure.get_nature_display().lower()} ouverte par jugement du "
        f"{date_longue(procedure.jugement_le)}{tribunal}{suite}"
    )


def donnees_du_decompte(decompte: DecompteClient) -> dict[str, Any]:
    """Ce que le document affirme, montants en texte : relisible sans le PDF."""
    return {
        "arrete_au": decompte.au.isoformat(),
        "principal": str(decompte.principal),
        "interets": str(decompte.interets or ZERO),
        "indemnites": str(decompte.indemnites or ZERO),
        "total": str(decompte.total),
        "factures": [
            {
                "numero": ligne.facture.reference,
                "principal": str(ligne.principal),
                "interets": str(ligne.interets or ZERO),
                "indemnite": str(ligne.indemnite or ZERO),
                "periodes": [_en_texte(p._asdict()) for p in ligne.periodes],
            }
            for ligne in decompte.lignes
        ],
    }


def contexte_du_recu(recu: Recu, *, le: date) -> dict[str, object]:
    encaissement = recu.encaissement
    return {
        "titre": "Reçu",
        "reference": f"RC-{encaissement.pk}",
        "creancier": partie_du_creancier(encaissement.creancier),
        "debiteur": partie_du_client(encaissement.client),
        "encaissement": encaissement,
        "recu": recu,
        "le": le,
    }


def donnees_du_recu(recu: Recu) -> dict[str, Any]:
    encaissement = recu.encaissement
    return {
        "encaissement": encaissement.pk,
        "client": encaissement.client_id,
        "recu_le": encaissement.recu_le.isoformat(),
        "montant": str(encaissement.montant),
        "disponible": str(encaissement.disponible),
        "factures": [
            {
                "numero": part.facture.reference,
                "principal": str(part.principal),
                "interets": str(part.interets),
                "indemnite": str(part.indemnite),
                "autre": str(part.autre),
                "rendus": str(part.rendus),
            }
            for part in recu.parts
        ],
    }


def _en_texte(valeurs: Mapping[str, Any]) -> dict[str, str | int]:
    return {
        nom: valeur if isinstance(valeur, int) else str(valeur) for nom, valeur in valeurs.items()
    }


def _ligne(ligne: LigneDecompte, au: date, *, au_solde: bool) -> LigneFacture:
    facture = ligne.facture
    principal = ligne.solde if au_solde else ligne.principal
    return LigneFacture(
        numero=facture.reference,
        emise_le=facture.date_emission,
        echeance=facture.date_echeance,
        objet=facture.libelle,
        retard=facture.jours_de_retard(au=au),
        ttc=facture.montant_ttc,
        regle_principal=facture.montant_ttc - ligne.conteste - principal,
        principal=principal,
        interets=ligne.interets or ZERO,
        indemnite=ligne.indemnite or ZERO,
        total=ligne.total,
        conteste=ligne.conteste,
    )


def _periodes(ligne: LigneDecompte) -> Iterable[LignePeriode]:
    for periode in ligne.periodes:
        yield LignePeriode(
            facture=ligne.facture.reference,
            du=periode.du,
            au=periode.au,
            jours=periode.jours,
            principal=periode.principal,
            taux=periode.taux,
            fondement=periode.fondement,
            montant=periode.montant,
        )


def _compte(ligne: LigneDecompte) -> tuple[LignePeriode | LigneReglement, ...]:
    """Périodes et règlements dans l'ordre des dates : le règlement du jour J suit J."""
    lignes: list[tuple[date, int, LignePeriode | LigneReglement]] = [
        (periode.au, 0, periode) for periode in _periodes(ligne)
    ]
    if ligne.calcul is not None:
        lignes += [
            (
                recu.le,
                1,
                LigneReglement(
                    ligne.facture.reference,
                    recu.le,
                    recu.montant,
                    recu.sur_interets,
                    recu.sur_principal,
                    recu.sur_indemnite,
                    recu.avoir,
                ),
            )
            for recu in ligne.calcul.paiements
        ]
    return tuple(x for _, _, x in sorted(lignes, key=lambda triplet: triplet[:2]))


def _regles(decompte: DecompteClient) -> list[str]:
    if decompte.sans_accessoires:
        return [decompte.sans_accessoires, "Règlements et avoirs réduisent le principal."]
    regles = []
    conventions = [ligne.calcul.convention for ligne in decompte.lignes if ligne.calcul]
    if any(c.taux_contractuel is not None for c in conventions):
        regles.append("Taux convenu : celui de la convention, indiqué à chaque période.")
    if decompte.regime == Regime.B2B and not all(
        c.taux_contractuel is not None for c in conventions
    ):
        regles.append(
            "Taux : code de commerce, art. L. 441-10, II, à défaut de taux convenu : taux de "
            "refinancement de la Banque centrale européenne du semestre, plus 10 points."
        )
    elif decompte.regime != Regime.B2B:
        # Le compte de chaque facture n'imprime que le taux : son article se lit ici.
        fondements = dict.fromkeys(periode.fondement for periode in decompte.periodes)
        regles += [f"Taux : {fondement}." for fondement in fondements]
    regles += [
        "Jours : du lendemain de l'échéance, ou du dernier règlement, à la date d'arrêté incluse ; "
        f"{_base(conventions)} ; chaque période est arrondie au centime (demi supérieur).",
        _imputation(conventions, decompte),
        _capitalisation(conventions),
    ]
    if decompte.indemnites:
        regles.append(
            "Indemnité forfaitaire : 40 € par facture réglée en retard ou impayée (C. com., "
            "art. D. 441-5), tenue à part, sans intérêt."
        )
    calculs = [ligne.calcul for ligne in decompte.lignes if ligne.calcul]
    if interets := sum((calcul.remise_interets for calcul in calculs), ZERO):
        regles.append(f"Intérêts auxquels le créancier renonce : {euros(interets)}.")
    if indemnites := sum((calcul.remise_indemnite for calcul in calculs), ZERO):
        regles.append(f"Indemnité forfaitaire à laquelle il renonce : {euros(indemnites)}.")
    return regles


def _imputation(conventions: Iterable[Convention], decompte: DecompteClient) -> str:
    ordres = {c.imputation for c in conventions}
    ordres |= {paye.ordre for paye in decompte.paiements if not paye.avoir}
    if ordres == {PRINCIPAL_DABORD}:
        return (
            "Règlements : le principal d'abord, le créancier y consentant (C. civ., art. 1343-1), "
            "puis les intérêts et l'indemnité."
        )
    if PRINCIPAL_DABORD in ordres:
        return (
            "Règlements : les intérêts d'abord (C. civ., art. 1343-1), ou le principal si le "
            "créancier y a consenti, comme l'indique le compte de chaque facture."
        )
    return (
        "Règlements : les intérêts d'abord, puis le principal, puis l'indemnité (C. civ., "
        "art. 1343-1) ; un avoir réduit le principal."
    )


def _capitalisation(conventions: Iterable[Convention]) -> str:
    if any(c.capitalisation for c in conventions):
        return (
            "Les intérêts dus au moins pour une année entière produisent à leur tour intérêt, le "
            "contrat ou la décision le prévoyant (C. civ., art. 1343-2)."
        )
    return "Les intérêts ne produisent pas eux-mêmes d'intérêts."


def _base(conventions: Iterable[Convention]) -> str:
    bases = {c.base_jours for c in conventions}
    if bases == {REELLE}:
        return "année réelle de 365 ou 366 jours"
    return "base de 365 jours" if REELLE not in bases else "base de 365 jours ou année réelle"
