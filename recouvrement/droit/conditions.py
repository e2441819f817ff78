"""Les conditions de chaque voie, en trois états : remplie, non remplie, inconnue.

Une qualité qui n'est pas renseignée n'est ni vraie ni fausse : elle laisse la condition inconnue.

>>> et(True, None), et(None, False), et(True, True), non(None)
(None, False, True, None)
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from recouvrement.droit.competence import UNION_EUROPEENNE, Juges, Objet, Ordre, juges

PLAFOND_PETITES_CREANCES = Decimal(5000)
PLAFOND_PETITS_LITIGES_UE = Decimal(5000)
SEUIL_SAISIE_VENTE = Decimal(535)
HORS_REGLEMENTS_UE = "DK"
BRUXELLES_I_BIS = "Bruxelles I bis, règl. (UE) n° 1215/2012"

type Su = bool | None
"""Vrai, faux, ou pas encore renseigné."""


class Etat(StrEnum):
    """L'état d'une condition, ou d'une voie."""

    REMPLIE = "remplie"
    NON_REMPLIE = "non remplie"
    INCONNUE = "inconnue"


class Cause(StrEnum):
    """D'où vient la créance (CPC, art. 1405)."""

    CONTRACTUELLE = "contractuelle"
    STATUTAIRE = "statutaire"
    EFFET_DE_COMMERCE = "effet de commerce"
    DAILLY = "cession Dailly"
    AUTRE = "autre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faits:
    """Ce que l'on sait d'une créance et de son débiteur ; None : pas encore renseigné."""

    principal: Decimal
    interets: Decimal = Decimal(0)
    cause: Cause | None = Cause.CONTRACTUELLE
    objet: Objet = Objet.FACTURE
    montant_determine: Su = None
    exigible: Su = True
    prescrite: Su = None
    contestation_serieuse: Su = None
    creancier_commercant: Su = None
    debiteur_commercant: Su = None
    debiteur_public: bool = False
    debiteur_personne_physique: Su = None
    debiteur_salarie: Su = None
    debiteur_demeure_en_france: Su = None
    debiteur_pays: str = "FR"
    departement: str = ""
    procedure_collective: Su = None
    creance_anterieure: Su = None
    debiteur_radie: Su = None
    cheque_rejete: Su = None
    fondee_en_son_principe: Su = None
    recouvrement_menace: Su = None
    titre_executoire: Su = None
    local_d_habitation: Su = None
    mandat_complet: Su = None

    @property
    def entre_commercants(self) -> Su:
        """Vrai si les deux le sont ; faux dès qu'un seul ne l'est pas."""
        return et(self.creancier_commercant, self.debiteur_commercant)

    @property
    def demande(self) -> Decimal:
        """Principal et intérêts."""
        return self.principal + self.interets


@dataclass(frozen=True, slots=True)
class Condition:
    """Une condition d'une voie, et où l'on en est."""

    libelle: str
    etat: Etat
    fondement: str


def et(*valeurs: Su) -> Su:
    """Faux l'emporte, puis l'inconnu."""
    if False in valeurs:
        return False
    return None if None in valeurs else True


def non(valeur: Su) -> Su:
    """Le contraire ; l'inconnu reste inconnu."""
    return None if valeur is None else not valeur


def _si(libelle: str, valeur: Su, fondement: str) -> Condition:
    etat = {True: Etat.REMPLIE, False: Etat.NON_REMPLIE, None: Etat.INCONNUE}[valeur]
    return Condition(libelle, etat, fondement)


def _hors_procedure(f: Faits) -> Condition:
    return _si(
        "débiteur sans procédure collective",
        non(f.procedure_collective),
        "C. com., art. L622-7 et L622-21",
    )


def _echue(f: Faits) -> Condition:
    return _si("facture échue", f.exigible, "C. civ., art. 1344")


def _titre(f: Faits) -> Condition:
    return _si("titre exécutoire", f.titre_executoire, "CPCE, art. L111-2 et L111-3")


def _amiable(f: Faits) -> tuple[Condition, ...]:
    return (_echue(f), _hors_procedure(f))


def _mandataire(f: Faits) -> tuple[Condition, ...]:
    mandat = _si(
        "assurance, compte affecté, déclaration au procureur et convention écrite",
        f.mandat_complet,
        "CPCE, art. R124-2 et R124-3",
    )
    return (mandat, _echue(f), _hors_procedure(f))


def _petites_creances(f: Faits) -> tuple[Condition, ...]:
    return (
        _si(
            "principal et intérêts de 5 000 € au plus",
            f.demande <= PLAFOND_PETITES_CREANCES,
            "CPCE, art. R125-1",
        ),
        _si(
            "pas une facture entre commerçants",
            non(f.entre_commercants),
            "CPCE, art. L125-1 (depuis le 25/04/2026)",
        ),
        _si(
            "cause contractuelle ou statutaire",
            None if f.cause is None else f.cause in (Cause.CONTRACTUELLE, Cause.STATUTAIRE),
            "CPCE, art. L125-1",
        ),
        _si("débiteur demeurant en France", f.debiteur_demeure_en_france, "CPCE, art. R125-1"),
        _hors_procedure(f),
    )


def _incontestees(f: Faits) -> tuple[Condition, ...]:
    article = "CPCE, art. L126-1 (depuis le 25/04/2026)"
    return (
        _si("facture entre commerçants", f.entre_commercants, article),
        _si(
            "créance certaine, liquide et exigible",
            et(f.exigible, f.montant_determine),
            article,
        ),
        _si(
            "ni créance statutaire ni échéance de crédit",
            None
            if f.cause is None
            else f.cause is Cause.CONTRACTUELLE and f.objet is Objet.FACTURE,
            article,
        ),
        _si("créance non contestée", non(f.contestation_serieuse), "CPCE, art. L126-2"),
        _hors_procedure(f),
    )


def _juges(f: Faits) -> Juges:
    return juges(
        debiteur_commercant=f.debiteur_commercant,
        creancier_commercant=f.creancier_commercant,
        departement=f.departement,
        objet=f.objet,
        debiteur_public=f.debiteur_public,
        pays=f.debiteur_pays,
    )


def _designe(possibles: Juges, *ordres: Ordre) -> Su:
    """Vrai si l'un de ces juges est ouvert quoi qu'on apprenne, inconnu s'il en dépend."""
    ouverts = [ordre for ordre in ordres if ordre in possibles.ordres]
    if not ouverts:
        return False
    return True if any(possibles.est_certain(ordre) for ordre in ouverts) else None


def _injonction(f: Faits, *ordres: Ordre) -> tuple[Condition, ...]:
    possibles = _juges(f)
    designe = _designe(possibles, *ordres)
    return (
        _si(f"juge désigné : {possibles.motif}", designe, "CPC, art. 1406"),
        _si(
            "cause contractuelle, statutaire, effet de commerce ou cession Dailly",
            None if f.cause is None else f.cause is not Cause.AUTRE,
            "CPC, art. 1405",
        ),
        _si("montant déterminé", f.montant_determine, "CPC, art. 1405"),
        _si("créance exigible", f.exigible, "CPC, art. 1405"),
        _si("créance non prescrite", non(f.prescrite), "C. civ., art. 2219"),
        _si(
            "débiteur au domicile connu, en France", f.debiteur_demeure_en_france, "CPC, art. 1406"
        ),
        _si("débiteur non radié", non(f.debiteur_radie), "Cass. com., 20/09/2023, n° 21-14.252"),
        _hors_procedure(f),
    )


def _juge(f: Faits, commercial: bool) -> Condition:
    possibles = _juges(f)
    designe = _designe(possibles, *(o for o in Ordre if o.est_commercial is commercial))
    article = "C. com., art. L721-3" if commercial else "COJ, art. L211-3"
    return _si(f"juge désigné : {possibles.motif}", designe, article)


def _refere(f: Faits, commercial: bool) -> tuple[Condition, ...]:
    return (
        _juge(f, commercial),
        _si(
            "obligation non sérieusement contestable",
            non(f.contestation_serieuse),
            "CPC, art. 873, al. 2" if commercial else "CPC, art. 835, al. 2",
        ),
        _hors_procedure(f),
    )


def _fond(f: Faits, commercial: bool) -> tuple[Condition, ...]:
    return (_juge(f, commercial), _hors_procedure(f))


def _europeenne(f: Faits) -> tuple[Condition, ...]:
    pays = f.debiteur_pays.upper()
    transfrontalier = pays != "FR" and pays in UNION_EUROPEENNE and pays != HORS_REGLEMENTS_UE
    return (
        _si(
            "débiteur dans un autre État de l'UE, hors Danemark ; juge selon Bruxelles I bis",
            transfrontalier,
            f"règl. (CE) n° 1896/2006 et 861/2007 ; {BRUXELLES_I_BIS}",
        ),
        _si("créance exigible", f.exigible, "règl. (CE) n° 1896/2006"),
        _hors_procedure(f),
    )


def _petits_litiges(f: Faits) -> tuple[Condition, ...]:
    plafond = _si(
        "5 000 € au plus", f.principal <= PLAFOND_PETITS_LITIGES_UE, "règl. (CE) n° 861/2007"
    )
    return (_europeenne(f)[0], plafond, _hors_procedure(f))


def _conservatoire(f: Faits) -> tuple[Condition, ...]:
    return (
        _si("créance fondée en son principe", f.fondee_en_son_principe, "CPCE, art. L511-1"),
        _si("circonstances menaçant le recouvrement", f.recouvrement_menace, "CPCE, art. L511-1"),
        _hors_procedure(f),
    )


def _saisie_vente(f: Faits) -> tuple[Condition, ...]:
    if f.principal >= SEUIL_SAISIE_VENTE:
        local: Su = True
    else:
        local = non(f.local_d_habitation)
    return (
        _titre(f),
        _si(
            "hors d'un logement, ou principal de 535 € au moins, ou autorisation du juge",
            local,
            "CPCE, art. L221-2 et R221-2",
        ),
        _hors_procedure(f),
    )


def _declaration(f: Faits) -> tuple[Condition, ...]:
    return (
        _si("procédure collective ouverte", f.procedure_collective, "C. com., art. L622-24"),
        _si("créance née avant le jugement", f.creance_anterieure, "C. com., art. L622-24"),
    )


CONDITIONS: dict[str, Callable[[Faits], tuple[Condition, ...]]] = {
    "RELANCE": _amiable,
    "MED": _amiable,
    "MANDATAIRE_AMIABLE": _mandataire,
    "PETITES_CREANCES": _petites_creances,
    "CREANCES_COM_INCONTESTEES": _incontestees,
    "IP_TC": lambda f: _injonction(f, Ordre.COMMERCE, Ordre.MIXTE),
    "IP_TJ": lambda f: _injonction(f, Ordre.JUDICIAIRE),
    "IP_JCP": lambda f: _injonction(f, Ordre.PROTECTION),
    "IP_ALSACE_MOSELLE": lambda f: _injonction(f, Ordre.CHAMBRE_COMMERCIALE),
    "REFERE_PROVISION_TC": lambda f: _refere(f, True),
    "REFERE_PROVISION_TJ": lambda f: _refere(f, False),
    "FOND_TC": lambda f: _fond(f, True),
    "FOND_TJ": lambda f: _fond(f, False),
    "CONCILIATEUR": _amiable,
    "MEDIATION": _amiable,
    "SAISIE_CONSERVATOIRE": _conservatoire,
    "CHEQUE_IMPAYE": lambda f: (
        _si("chèque rejeté faute de provision", f.cheque_rejete, "CMF, art. L131-73"),
        _hors_procedure(f),
    ),
    "IP_EUROPEENNE": lambda f: (
        *_europeenne(f),
        _si("créance non contestée", non(f.contestation_serieuse), "règl. (CE) n° 1896/2006"),
    ),
    "PETITS_LITIGES_UE": _petits_litiges,
    "SAISIE_ATTRIBUTION": lambda f: (_titre(f), _hors_procedure(f)),
    "SAISIE_VENTE": _saisie_vente,
    "SAISIE_REMUNERATIONS": lambda f: (
        _titre(f),
        _si(
            "débiteur personne physique salariée",
            et(f.debiteur_personne_physique, f.debiteur_salarie),
            "CPCE, art. L212-1",
        ),
        _hors_procedure(f),
    ),
    "DECLARATION_CREANCE": _declaration,
    "RADIATION_MANDATAIRE_ADHOC": lambda f: (
        _si("débiteur radié", f.debiteur_radie, "Cass. com., 20/09/2023, n° 21-14.252"),
    ),
    "DEBITEUR_PUBLIC_B2G": lambda f: (
        _si("débiteur public", f.debiteur_public, "code de la commande publique, art. L2192-10"),
    ),
}
