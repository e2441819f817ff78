"""Le décompte refait autrement : jour par jour, en fractions exactes, sans le code du produit.

Lent exprès, il ne lit que le fichier des taux. Il sert de second calculateur.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import holidays

import recouvrement.droit

FICHIER = Path(recouvrement.droit.__file__).parent / "donnees" / "taux.csv"
JOUR = timedelta(days=1)


def _table():
    with FICHIER.open(encoding="utf-8") as f:
        return {
            (ligne["serie"], ligne["effet"]): Fraction(ligne["valeur"])
            for ligne in csv.DictReader(f, delimiter=";")
        }


TAUX = _table()


@dataclass
class Resultat:
    interets: Fraction
    principal: Fraction
    indemnite: Fraction
    excedent: Fraction
    courus: Fraction


def _publie(serie, jour):
    return TAUX[serie, f"{jour.year}-{'01' if jour.month < 7 else '07'}-01"]


def _plus_mois(jour, mois):
    """Même quantième, en reculant d'un jour tant que la date n'existe pas."""
    annee, rang = jour.year + (jour.month - 1 + mois) // 12, (jour.month - 1 + mois) % 12 + 1
    quantieme = jour.day
    while True:
        try:
            return date(annee, rang, quantieme)
        except ValueError:
            quantieme -= 1


def _deux_mois(jugement):
    """Deux mois, attendus jusqu'au jour ouvrable."""
    jour = _plus_mois(jugement, 2)
    while jour.weekday() > 4 or jour in holidays.country_holidays("FR", years=jour.year):
        jour += JOUR
    return jour


def _taux(jour, facture, c):
    regime = facture.regime or c.regime
    legal = "legal_particulier" if regime == "C2X" else "legal_professionnel"
    jugement = c.jugement_executoire_le
    grace = c.grace_jusqu_au is not None and jugement < jour <= c.grace_jusqu_au
    au_legal = regime in ("B2C", "C2X") and c.taux_contractuel is None
    if jugement and c.condamnation_au_taux_legal and jour > jugement:
        au_legal = True
    if au_legal:
        majore = jugement is not None and jour > _deux_mois(jugement) and not grace
        return _publie(legal, jour) + (5 if majore else 0)
    if grace:
        return Fraction(0)
    if regime == "B2G":
        return _publie("bce", facture.echeance + JOUR) + 8
    if c.taux_contractuel is None:
        return _publie("bce", jour) + 10
    stipule = Fraction(c.taux_contractuel)
    plancher = 3 * _publie("legal_professionnel", jour)
    if regime == "B2B" and stipule < plancher:
        return min(plancher, _publie("bce", jour) + 10)
    return stipule


def decompte_lent(facture, paiements, c, au):
    regime = facture.regime or c.regime
    principal = Fraction(facture.montant)
    recents = interets = anciens = indemnite = excedent = courus = Fraction(0)
    annulee = sum(p.montant for p in paiements if p.avoir and p.le <= au) >= facture.montant
    if regime in ("B2B", "B2G"):
        depart = facture.echeance
    else:
        causes = [d for d in (c.mise_en_demeure_recue_le, c.jugement_executoire_le) if d]
        depart = max(facture.echeance, min(causes)) if causes else None
    if annulee or regime == "INCONNU":
        depart = None
    anniversaires = set()
    if depart and c.capitalisation and not c.renonce_interets:
        origine = max(depart, c.capitalisation_depuis or depart)
        anniversaires = {_plus_mois(origine, 12 * n) for n in range(1, 60)}
    # Somme des taux des jours écoulés à assiette constante, en cent-millionièmes de 365 × 366.
    attente = 0
    connus = {}
    deux_mois = c.jugement_executoire_le and _deux_mois(c.jugement_executoire_le)
    jour = min([facture.echeance, *(p.le for p in paiements)])
    jours_de_fait = {p.le for p in paiements} | anniversaires | {au}
    while jour <= au:
        if jour - JOUR in anniversaires:
            anciens, recents = anciens + recents, Fraction(0)
        if jour == facture.echeance + JOUR and principal and regime in ("B2B", "B2G"):
            pc = c.procedure_collective_le
            if not (c.renonce_indemnite or annulee or (pc and facture.echeance >= pc)):
                indemnite = max(Fraction(0), 40 - Fraction(c.remise_indemnite))
        arrete = (
            c.procedure_collective_le
            and not c.interets_maintenus
            and jour >= c.procedure_collective_le
        )
        if depart and jour > depart and not arrete and principal + anciens:
            bissextile = c.base_jours == "reelle" and jour.year % 4 == 0
            jugement = c.jugement_executoire_le
            cle = (
                jour.year,
                jour.month < 7,
                jugement and (jour > jugement, jour > deux_mois),
                c.grace_jusqu_au and jour <= c.grace_jusqu_au,
            )
            if cle not in connus:
                connus[cle] = int(_taux(jour, facture, c) * 10**6)
            attente += connus[cle] * (365 if bissextile else 366)
        if jour in jours_de_fait:
            du = (principal + anciens) * Fraction(attente, 10**8 * 365 * 366)
            attente, recents, courus = 0, recents + du, courus + du
        du_meme_jour = [p for p in paiements if p.le == jour]
        # Avoirs puis paiements, chacun en une seule masse : l'ordre ne peut pas compter.
        masse = sum((Fraction(p.montant) for p in du_meme_jour if p.avoir), Fraction(0))
        sur = min(masse, principal)
        principal, excedent = principal - sur, excedent + masse - sur
        masse = sum((Fraction(p.montant) for p in du_meme_jour if not p.avoir), Fraction(0))
        poches = ["recents", "anciens", "principal", "indemnite"]
        if c.imputation == "principal_dabord":
            poches = ["principal", "recents", "anciens", "indemnite"]
        etat = {
            "recents": recents,
            "anciens": anciens,
            "principal": principal,
            "indemnite": indemnite,
        }
        a_payer = max(Fraction(0), recents + anciens - Fraction(c.remise_interets))
        if c.renonce_interets:
            a_payer = Fraction(0)
        for poche in poches:
            sur = min(masse, etat[poche])
            if poche in ("recents", "anciens"):
                sur = min(sur, a_payer)
                a_payer -= sur
            etat[poche] -= sur
            masse -= sur
        recents, anciens = etat["recents"], etat["anciens"]
        principal, indemnite = etat["principal"], etat["indemnite"]
        excedent += masse
        jour += JOUR
    interets = recents + anciens
    interets -= interets if c.renonce_interets else min(interets, Fraction(c.remise_interets))
    return Resultat(interets, principal, indemnite, excedent, courus)
