"""De quoi poser un cas de décompte : une facture, ses paiements, ce que l'on en lit."""

from datetime import date
from decimal import Decimal

from recouvrement.droit.decompte import Convention, FaitFacture, FaitPaiement
from recouvrement.droit.regimes import Regime

D = Decimal
B2B = Convention(Regime.B2B)


def une_facture(montant="10000", echeance=date(2026, 5, 1), **reste):
    return FaitFacture("F1", D(montant), reste.pop("emission", echeance), echeance, **reste)


def paye(montant, le, **reste):
    return FaitPaiement(D(montant), le, **reste)


def lignes(d):
    return [(p.jours, str(p.taux), str(p.montant)) for p in d.periodes]
