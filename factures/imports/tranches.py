"""Une facture payable en plusieurs fois : chaque échéance devient une ligne, à son montant.

Les montants se lisent ou se demandent : trois dates ne font pas trois tiers.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from factures.imports.types import AVOIR, EcheanceLue, FactureLue
from recouvrement.socle.formats import euros, jour
from recouvrement.socle.montants import ZERO
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date, lire_montant

TRANCHES_MAXIMALES = 60


def lire_echeances(texte: str) -> tuple[EcheanceLue, ...]:
    """« 31/01/2026 400,00 ; 28/02/2026 800,00 », ou une par ligne. Lève `ValeurRefusee`."""
    lues = []
    for morceau in filter(None, (m.strip() for m in re.split(r"[;\n]", texte))):
        le, _, montant = morceau.partition(" ")
        if not montant.strip(" :"):
            raise ValeurRefusee(f"« {morceau[:40]} » : écrivez une date, puis un montant.")
        echeance, somme = lire_date(le), lire_montant(montant.strip(" :"), decimale=",")
        if echeance is None or somme is None or somme <= 0:
            raise ValeurRefusee(f"« {morceau[:40]} » : écrivez une date, puis un montant.")
        lues.append(EcheanceLue(echeance, somme))
    if faute := faute_des_dates(lues):
        raise ValeurRefusee(faute)
    return tuple(sorted(lues))


def faute_des_dates(echeances: Sequence[EcheanceLue]) -> str:
    if len({echeance.le for echeance in echeances}) < len(echeances):
        return "Deux échéances tombent le même jour."
    if len(echeances) > TRANCHES_MAXIMALES:
        return f"Plus de {TRANCHES_MAXIMALES} échéances."
    return ""


def faute_de_la_somme(echeances: Sequence[EcheanceLue], total: Decimal) -> str:
    somme = _somme(echeances)
    if somme == total:
        return ""
    return f"Les échéances font {euros(somme)}, la facture {euros(total)}."


def faute_des_echeances(facture: FactureLue) -> str:
    """Pourquoi une facture complétée ne se coupe pas ; vide : elle se coupe, ou n'en a qu'une."""
    echeances, total = facture.echeances, facture.montant_ttc
    if len(echeances) < 2 or facture.nature == AVOIR or total is None:
        return ""
    if any(echeance.montant is None for echeance in echeances):
        jours = ", ".join(jour(echeance.le) for echeance in echeances)
        return f"{len(echeances)} échéances ({jours}) sans leurs montants : combien à chacune ?"
    if _somme(echeances) == total - (facture.montant_prepaye or ZERO):
        return ""
    return faute_de_la_somme(echeances, total)


def decouper(facture: FactureLue) -> list[FactureLue]:
    """Une facture par échéance ; ce qui était déjà versé paye les plus anciennes."""
    if len(facture.echeances) < 2 or facture.nature == AVOIR or faute_des_echeances(facture):
        return [replace(facture, echeances=())]
    prepaye, premier = facture.montant_prepaye or ZERO, True
    # Les échéances du seul reste à payer : l'acompte complète la première.
    manque = facture.ttc - _somme(facture.echeances)
    tranches = []
    for rang, (le, montant) in enumerate(sorted(facture.echeances), start=1):
        part = (montant or ZERO) + (manque if premier else ZERO)
        verse, premier = min(prepaye, part), False
        prepaye -= verse
        tranches.append(
            replace(
                facture,
                date_echeance=le,
                # HT et TVA sont ceux de la facture entière.
                montant_ht=None,
                montant_tva=None,
                montant_ttc=part,
                montant_prepaye=verse,
                montant_du=part - verse,
                tranche=rang,
                tranches=len(facture.echeances),
                echeances=(),
            )
        )
    return tranches


def est_une_autre_echeance(deja: FactureLue, facture: FactureLue) -> bool:
    """La même facture sur deux lignes d'un tableau, à deux dates."""
    if facture.nature == AVOIR or not (deja.date_echeance and facture.date_echeance):
        return False
    autre = replace(
        facture,
        date_echeance=deja.date_echeance,
        montant_ht=deja.montant_ht,
        montant_tva=deja.montant_tva,
        montant_ttc=deja.montant_ttc,
        montant_prepaye=deja.montant_prepaye,
        montant_du=deja.montant_du,
        dit_le_reste=deja.dit_le_reste,
        libelle=deja.libelle,
        conditions=deja.conditions,
    )
    return autre == deja and facture.date_echeance != deja.date_echeance


def _somme(echeances: Sequence[EcheanceLue]) -> Decimal:
    return sum((echeance.montant or ZERO for echeance in echeances), ZERO)
