"""Ce qui est dû un jour donné : principal, intérêts période par période, indemnité, paiements.

C'est la seule fonction qui chiffre une créance ; écran, lettre, export et requête l'appellent.

Conventions (C. com., art. L441-10 et D441-5 ; C. civ., art. 1231-6, 1231-7, 1343-1, 1343-2 ;
CMF, art. L313-3 ; code de la commande publique, art. R2192-31 ; C. com., art. L622-28) :

- les jours vont du lendemain de l'échéance (ou de la réception de la mise en demeure) au jour
  arrêté inclus, base 365 ou année réelle ; aucun texte ne fixe la base, elle s'imprime ;
- une période = un taux et une assiette constants : coupe à chaque semestre (même à taux égal), à
  chaque paiement ou avoir ; chacune est arrondie au centime, puis on additionne ;
- un paiement du jour J s'impute à la fin de J ; l'ordre des faits d'un même jour est indifférent ;
- ordre d'un paiement : intérêts, principal, puis les 40 €, tenus à part (ou principal d'abord).

Deux semestres, sans paiement : 60 jours à 12,15 % puis 65 jours à 12,40 %.

>>> from recouvrement.droit.regimes import Regime
>>> facture = FaitFacture("F1", Decimal("10000"), date(2026, 4, 1), date(2026, 5, 1))
>>> d = decompte(facture, [], Convention(Regime.B2B), date(2026, 9, 3))
>>> [(p.jours, p.taux, p.montant) for p in d.periodes]
[(60, Decimal('12.15'), Decimal('199.73')), (65, Decimal('12.40'), Decimal('220.82'))]
>>> d.interets_dus, d.indemnite, d.total
(Decimal('420.55'), Decimal('40.00'), Decimal('10460.55'))

Un paiement de 4 000 € le 1er juillet : les intérêts courus d'abord, le principal ensuite.

>>> paiement = FaitPaiement(Decimal("4000"), date(2026, 7, 1))
>>> d = decompte(facture, [paiement], Convention(Regime.B2B), date(2026, 9, 3))
>>> d.paiements[0].sur_interets, d.principal_restant, d.interets_dus
(Decimal('203.13'), Decimal('6203.13'), Decimal('134.87'))
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from recouvrement.droit.compte import Compte
from recouvrement.droit.faits import (
    Convention,
    Decompte,
    FaitFacture,
    FaitPaiement,
    ImputationPaiement,
    PeriodeInteret,
)
from recouvrement.droit.taux import TableTaux, TauxInconnu
from recouvrement.socle import formats

__all__ = [
    "Convention",
    "Decompte",
    "FaitFacture",
    "FaitPaiement",
    "ImputationPaiement",
    "PeriodeInteret",
    "decompte",
]


def decompte(
    facture: FaitFacture,
    paiements: Iterable[FaitPaiement],
    convention: Convention,
    au: date,
    table: TableTaux | None = None,
) -> Decompte:
    """Le décompte de cette facture, arrêté au jour `au` inclus.

    Lève `TauxInconnu` si un taux nécessaire manque à la table. Si le créancier renonce à tous les
    intérêts, il ne manque que le montant abandonné : c'est dit, et le reste se compte.
    """
    recus = [p for p in paiements if p.le <= au and p.montant]
    if len(recus) > 1:
        recus.sort(key=_ordre)
    compte = Compte(facture, convention, recus, table)
    try:
        calcul = _derouler(compte, recus, au)
    except TauxInconnu as manque:
        if not convention.renonce_interets:
            raise
        calcul = _derouler(Compte(facture, convention, recus, table, chiffrer=False), recus, au)
        phrase = f"Renonciation aux intérêts : montant abandonné inconnu. {manque}"
        return calcul._replace(avertissements=(*calcul.avertissements, phrase))
    if not compte.demandee_tard:
        return calcul
    lecture = replace(convention, capitalisation_des_la_demande=True)
    autre = _derouler(Compte(facture, lecture, recus, table), recus, au)
    if autre.total == calcul.total:
        return calcul
    return calcul._replace(avertissements=(*calcul.avertissements, _deux_lectures(calcul, autre)))


def _deux_lectures(calcul: Decompte, autre: Decompte) -> str:
    """L'article 1343-2 ne dit pas d'où se compte l'année quand la demande est tardive."""
    demande = formats.jour(calcul.convention.capitalisation_depuis)
    return (
        f"Capitalisation demandée le {demande}, après le départ des intérêts (C. civ., "
        "art. 1343-2) : retenue, l'année comptée de la demande ; si l'année déjà courue porte "
        f"intérêt dès la demande, {formats.euros(autre.total - calcul.total)} de plus ; à "
        "confirmer."
    )


def _derouler(compte: Compte, recus: Iterable[FaitPaiement], au: date) -> Decompte:
    for paiement in recus:
        compte.avancer(paiement.le)
        compte.imputer(paiement)
    compte.avancer(au)
    return compte.clore(au)


def _ordre(paiement: FaitPaiement) -> tuple[date, bool, str, Decimal, str, int]:
    # L'avoir d'abord : ainsi l'ordre de saisie des faits d'un même jour ne change rien.
    return (
        paiement.le,
        not paiement.avoir,
        paiement.reference,
        paiement.montant,
        paiement.ordre or "",
        paiement.cle,
    )
