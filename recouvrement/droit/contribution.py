"""La contribution pour la justice économique, devant un tribunal des activités économiques.

Loi n° 2023-1059 du 20/11/2023, art. 27 ; décret n° 2024-1225 du 30/12/2024, art. 1 à 4. Due par
l'auteur de la demande initiale, injonction de payer comprise, quand ses prétentions dépassent
50 000 € (article 700 non compris) : un pourcentage de toute la valeur, plafonné. Une question de
constitutionnalité a été transmise le 12/12/2025 : son issue n'est pas connue, le montant se
désactive.

L'effectif, le chiffre d'affaires, le bénéfice ou le revenu se demandent : inconnus, la contribution
est « à renseigner », jamais exonérée par défaut.

>>> societe = Demandeur(salaries=300, chiffre_d_affaires=Decimal(60_000_000), benefice=Decimal(4e6))
>>> contribution_tae(Decimal("80000"), societe, devant_un_tae=True).montant
Decimal('2400.00')
>>> contribution_tae(Decimal("80000"), Demandeur(), devant_un_tae=True).etat
<EtatContribution.A_RENSEIGNER: 'à renseigner'>
>>> contribution_tae(Decimal("50000"), societe, devant_un_tae=True).etat
<EtatContribution.NON_DUE: 'non due'>
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from recouvrement.droit.sources import Confiance
from recouvrement.socle.montants import ZERO, arrondir

SEUIL = Decimal(50_000)
SALARIES = 250
FONDEMENT = "loi n° 2023-1059, art. 27 ; décret n° 2024-1225"
QPC = "question de constitutionnalité transmise le 12/12/2025, issue inconnue"


class EtatContribution(StrEnum):
    """Où l'on en est."""

    NON_DUE = "non due"
    DUE = "due"
    A_RENSEIGNER = "à renseigner"
    DESACTIVEE = "désactivée"


@dataclass(frozen=True, slots=True)
class Demandeur:
    """Ce qu'on sait du demandeur ; None : pas encore demandé.

    Chiffre d'affaires et bénéfice : moyennes annuelles des trois dernières années ;
    `revenu_par_part` : revenu fiscal de référence par part, d'une personne physique.
    """

    personne_physique: bool | None = False
    salaries: int | None = None
    chiffre_d_affaires: Decimal | None = None
    benefice: Decimal | None = None
    revenu_par_part: Decimal | None = None


class Contribution(NamedTuple):
    """Ce qui est dû, ou ce qu'il reste à savoir, et pourquoi."""

    etat: EtatContribution
    montant: Decimal
    motif: str
    confiance: Confiance = Confiance.INCERTAIN
    fondement: str = FONDEMENT


class Tranche(NamedTuple):
    """Au-delà de `plancher` : ce pourcentage de toute la demande, plafonné."""

    plancher: Decimal
    taux: Decimal
    plafond: Decimal


# Décret n° 2024-1225, art. 3 : revenu fiscal de référence par part, de haut en bas.
PHYSIQUES = (
    Tranche(Decimal(1_000_000), Decimal(3), Decimal(50_000)),
    Tranche(Decimal(500_000), Decimal(2), Decimal(33_000)),
    Tranche(Decimal(250_000), Decimal(1), Decimal(17_000)),
)
GRANDE_ENTREPRISE = Tranche(Decimal(1_500_000_000), Decimal(5), Decimal(100_000))
ENTREPRISE = Tranche(Decimal(50_000_000), Decimal(3), Decimal(50_000))
BENEFICE_D_UNE_ENTREPRISE = Decimal(3_000_000)


def contribution_tae(
    demande: Decimal, demandeur: Demandeur, *, devant_un_tae: bool, active: bool = True
) -> Contribution:
    """La contribution de cette demande. `active` : faux quand l'instance a choisi de la taire."""
    if not devant_un_tae:
        return _non_due("la juridiction n'est pas un tribunal des activités économiques")
    if demande <= SEUIL:
        return _non_due("demande de 50 000 € au plus")
    if not active:
        return Contribution(EtatContribution.DESACTIVEE, ZERO, f"montant tu : {QPC}")
    if demandeur.salaries is None:
        return _a_renseigner("l'effectif du demandeur")
    if demandeur.salaries < SALARIES:
        return _non_due("moins de 250 salariés : le justificatif se joint (art. 2 et 4)")
    if demandeur.personne_physique is None:
        return _a_renseigner("si le demandeur est une personne physique ou morale")
    if demandeur.personne_physique:
        return _d_une_personne_physique(demande, demandeur)
    return _d_une_personne_morale(demande, demandeur)


def _d_une_personne_physique(demande: Decimal, demandeur: Demandeur) -> Contribution:
    revenu = demandeur.revenu_par_part
    if revenu is None:
        return _a_renseigner("le revenu fiscal de référence par part")
    tranche = next((t for t in PHYSIQUES if revenu > t.plancher), None)
    if tranche is None:
        return _non_due("revenu de 250 000 € par part au plus")
    return _due(demande, tranche)


def _d_une_personne_morale(demande: Decimal, demandeur: Demandeur) -> Contribution:
    chiffre, benefice = demandeur.chiffre_d_affaires, demandeur.benefice
    if chiffre is None:
        return _a_renseigner("le chiffre d'affaires moyen des trois dernières années")
    if chiffre <= ENTREPRISE.plancher:
        return _non_due("chiffre d'affaires de 50 M€ au plus")
    if benefice is None:
        return _a_renseigner("le bénéfice moyen des trois dernières années")
    if chiffre > GRANDE_ENTREPRISE.plancher:
        if benefice <= 0:
            return _non_due("aucun bénéfice")
        return _due(demande, GRANDE_ENTREPRISE)
    if benefice <= BENEFICE_D_UNE_ENTREPRISE:
        return _non_due("bénéfice de 3 M€ au plus")
    return _due(demande, ENTREPRISE)


def _due(demande: Decimal, tranche: Tranche) -> Contribution:
    montant = min(arrondir(demande * tranche.taux / 100), tranche.plafond)
    motif = f"{tranche.taux} % de la demande, art. 3 ; {QPC}"
    return Contribution(EtatContribution.DUE, arrondir(montant), motif)


def _non_due(motif: str) -> Contribution:
    return Contribution(EtatContribution.NON_DUE, ZERO, motif, Confiance.VU)


def _a_renseigner(quoi: str) -> Contribution:
    return Contribution(EtatContribution.A_RENSEIGNER, ZERO, f"à renseigner : {quoi}")
