"""Jusqu'à quand une créance peut être réclamée en justice.

Cinq ans (C. com., art. L110-4, I ; C. civ., art. 2224) ; deux ans contre un consommateur
(C. conso., art. L218-2) ; un an pour le transport (C. com., art. L133-6) ; quatre ans, comptés du
1er janvier suivant, contre une personne publique (loi n° 68-1250 du 31/12/1968). Régime inconnu :
deux ans.

Le délai se compte en jours entiers, le dernier accompli (C. civ., art. 2228 et 2229) ; il n'est pas
prorogé au jour ouvrable. L'interruption efface et fait repartir un délai de même durée (2231) ; la
suspension gèle sans effacer (2230). Une relance, une mise en demeure, même recommandée, et le dépôt
d'une requête en injonction de payer n'interrompent rien (Cass. com., 18/05/2022, n° 20-23.204 ;
Cass. 1re civ., 09/09/2020, n° 19-12.006).

Reconnaissances et suspensions ne portent pas le délai à plus de vingt ans de la naissance du droit
(C. civ., art. 2232) ; une demande en justice ou un acte d'exécution échappe à ce butoir.

>>> p = prescription(date(2024, 3, 15), Duree.CONSOMMATEUR)
>>> p.dernier_jour, p.est_acquise(date(2026, 3, 15)), p.est_acquise(date(2026, 3, 16))
(datetime.date(2026, 3, 15), False, True)
>>> reconnue = Evenement(Acte.RECONNAISSANCE, date(2025, 6, 1), "courriel du 1er juin")
>>> prescription(date(2024, 3, 15), Duree.CONSOMMATEUR, [reconnue]).dernier_jour
datetime.date(2027, 6, 1)
>>> relance = Evenement(Acte.MISE_EN_DEMEURE, date(2025, 6, 1))
>>> prescription(date(2024, 3, 15), Duree.CONSOMMATEUR, [relance]).dernier_jour
datetime.date(2026, 3, 15)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, StrEnum

from recouvrement.droit.mois import ajouter_ans, ajouter_mois
from recouvrement.droit.regimes import Regime
from recouvrement.droit.sources import Confiance

UN_JOUR = timedelta(days=1)
MOIS_DE_REPRISE = 6
SEUILS_ALERTE = (12, 6, 3, 1)
ANS_BUTOIR = 20


class Duree(Enum):
    """Une durée, son objet, son article et sa certitude."""

    ENTRE_PROFESSIONNELS = (
        *(5, "obligation commerciale", "C. com., art. L110-4, I"),
        Confiance.DE_MEMOIRE,
    )
    CIVILE = (5, "droit commun", "C. civ., art. 2224", Confiance.VU)
    CONSOMMATEUR = (
        *(2, "bien ou service fourni à un consommateur", "C. conso., art. L218-2"),
        Confiance.VU,
    )
    TRANSPORT = (1, "transport de marchandises", "C. com., art. L133-6", Confiance.VU_TIERS)
    NAVIRE = (
        *(1, "fournitures et ouvrages pour un navire", "C. com., art. L110-4, II"),
        Confiance.DE_MEMOIRE,
    )
    TELECOMS = (
        *(1, "communications électroniques", "CPCE (postes), art. L34-2"),
        Confiance.DE_MEMOIRE,
    )
    PERSONNE_PUBLIQUE = (
        *(4, "créance sur une personne publique", "loi n° 68-1250 du 31/12/1968"),
        Confiance.DE_MEMOIRE,
    )
    REGIME_INCONNU = (
        *(
            2,
            "qualité du débiteur à établir",
            "la plus courte par prudence, C. conso., art. L218-2",
        ),
        Confiance.INCERTAIN,
    )

    def __init__(self, ans: int, objet: str, fondement: str, confiance: Confiance) -> None:
        self.ans = ans
        self.objet = objet
        self.fondement = fondement
        self.confiance = confiance

    @property
    def libelle(self) -> str:
        """« transport de marchandises : 1 an (C. com., art. L133-6) »."""
        return f"{self.objet} : {self.ans} an{'s' * (self.ans > 1)} ({self.fondement})"

    @property
    def est_au_choix(self) -> bool:
        """Vrai si l'objet de la facture peut la commander, plutôt que la seule nature du client."""
        return self is not Duree.REGIME_INCONNU

    def depart(self, fait: date) -> date:
        """La veille du premier jour compté."""
        if self is Duree.PERSONNE_PUBLIQUE:
            return date(fait.year, 12, 31)
        return fait

    def terme(self, depart: date) -> date:
        """Le dernier jour utile, sans interruption ni suspension."""
        if self is Duree.PERSONNE_PUBLIQUE:
            return date(depart.year + self.ans, 12, 31)
        return ajouter_ans(depart, self.ans)


class Effet(StrEnum):
    """Ce qu'un acte fait au délai."""

    INTERROMPT = "interrompt"
    SUSPEND = "suspend"
    AUCUN = "sans effet"


class Acte(Enum):
    """Un acte, son effet et le texte qui le lui donne, ou le lui refuse."""

    RECONNAISSANCE = ("reconnaissance de dette", Effet.INTERROMPT, "C. civ., art. 2240")
    PAIEMENT_PARTIEL = ("paiement partiel", Effet.INTERROMPT, "C. civ., art. 2240")
    ECHEANCIER = ("échéancier accepté", Effet.INTERROMPT, "C. civ., art. 2240")
    DEMANDE_EN_JUSTICE = ("demande en justice", Effet.INTERROMPT, "C. civ., art. 2241 et 2242")
    SIGNIFICATION_INJONCTION = (
        "signification de l'ordonnance d'injonction de payer",
        Effet.INTERROMPT,
        "Cass. 1re civ., 09/09/2020, n° 19-12.006",
    )
    EXECUTION = ("mesure conservatoire ou d'exécution", Effet.INTERROMPT, "C. civ., art. 2244")
    TENTATIVE_PREALABLE = (
        "requête en tentative préalable de conciliation",
        Effet.INTERROMPT,
        "CPC, art. 820",
    )
    DECLARATION_CREANCE = ("déclaration de créance", Effet.INTERROMPT, "C. com., art. L622-25-1")
    MEDIATION = ("médiation ou conciliation", Effet.SUSPEND, "C. civ., art. 2238")
    PETITES_CREANCES = (
        "accord du débiteur à la procédure simplifiée",
        Effet.SUSPEND,
        "C. civ., art. 2238 ; CPCE, art. L125-1",
    )
    INSTRUCTION = ("mesure d'instruction avant procès", Effet.SUSPEND, "C. civ., art. 2239")
    IMPOSSIBILITE = ("impossibilité d'agir", Effet.SUSPEND, "C. civ., art. 2234")
    RELANCE = ("relance", Effet.AUCUN, "Cass. com., 18/05/2022, n° 20-23.204")
    MISE_EN_DEMEURE = ("mise en demeure", Effet.AUCUN, "Cass. com., 18/05/2022, n° 20-23.204")
    REQUETE_INJONCTION = (
        "dépôt de la requête en injonction de payer",
        Effet.AUCUN,
        "Cass. 1re civ., 09/09/2020, n° 19-12.006",
    )
    LETTRE_PETITES_CREANCES = (
        "lettre de la procédure simplifiée, sans accord du débiteur",
        Effet.AUCUN,
        "C. civ., art. 2238, a contrario",
    )

    def __init__(self, libelle: str, effet: Effet, fondement: str) -> None:
        self.libelle = libelle
        self.effet = effet
        self.fondement = fondement

    @property
    def reprise_minimale(self) -> bool:
        """Vrai si le délai reprend pour six mois au moins (2238, 2239)."""
        return self in (Acte.MEDIATION, Acte.PETITES_CREANCES, Acte.INSTRUCTION)

    @property
    def echappe_au_butoir(self) -> bool:
        """Vrai si les vingt ans de l'article 2232 ne lui sont pas opposables (2241, 2244)."""
        return self in (Acte.DEMANDE_EN_JUSTICE, Acte.EXECUTION)

    @property
    def a_une_duree(self) -> bool:
        """Vrai si l'effet se prolonge jusqu'à une fin : instance, procédure, suspension."""
        return self.effet is Effet.SUSPEND or self in (
            Acte.DEMANDE_EN_JUSTICE,
            Acte.TENTATIVE_PREALABLE,
            Acte.DECLARATION_CREANCE,
        )


@dataclass(frozen=True, slots=True)
class Evenement:
    """Un acte daté et sa preuve. `fin` : extinction de l'instance, fin de la suspension."""

    acte: Acte
    le: date
    preuve: str = ""
    fin: date | None = None
    non_avenu: bool = False
    """Désistement, péremption ou rejet définitif : l'interruption s'efface (2243)."""

    def __post_init__(self) -> None:
        if self.fin is not None and self.fin < self.le:
            raise ValueError("Un acte ne finit pas avant d'avoir commencé.")


@dataclass(frozen=True, slots=True)
class EtapePrescription:
    """Ce qu'un acte a changé : le dernier jour après lui, et pourquoi."""

    evenement: Evenement
    dernier_jour: date | None
    motif: str


@dataclass(frozen=True, slots=True)
class Prescription:
    """Le dernier jour utile (None : le délai ne court pas), et ce qui l'a fait."""

    depart: date
    duree: Duree
    dernier_jour: date | None
    etapes: tuple[EtapePrescription, ...]

    def est_acquise(self, au: date) -> bool:
        """Vrai le lendemain du dernier jour."""
        return self.dernier_jour is not None and au > self.dernier_jour

    def alertes(self) -> tuple[tuple[int, date], ...]:
        """Les jours d'alerte : douze, six, trois et un mois avant le dernier jour."""
        if self.dernier_jour is None:
            return ()
        dernier = self.dernier_jour
        return tuple((mois, ajouter_mois(dernier, -mois)) for mois in SEUILS_ALERTE)

    def alerte(self, au: date) -> int | None:
        """Le plus petit seuil franchi ce jour, en mois ; 0 si la prescription est acquise."""
        if self.est_acquise(au):
            return 0
        franchis = [mois for mois, jour in self.alertes() if au >= jour]
        return min(franchis, default=None)


def duree_de(regime: Regime, *, commercial: bool = True) -> Duree:
    """La durée d'après le régime de la facture."""
    if regime is Regime.B2B:
        return Duree.ENTRE_PROFESSIONNELS if commercial else Duree.CIVILE
    return {
        Regime.B2C: Duree.CONSOMMATEUR,
        Regime.B2G: Duree.PERSONNE_PUBLIQUE,
        Regime.C2X: Duree.CIVILE,
        Regime.INCONNU: Duree.REGIME_INCONNU,
    }[regime]


def departs(echeance: date, fin_prestation: date | None) -> tuple[date, date]:
    """Le départ prudent, qui fixe les alertes, et l'autre départ possible (C. civ., 2224 et 2233).

    >>> departs(date(2026, 3, 1), date(2026, 1, 15))
    (datetime.date(2026, 1, 15), datetime.date(2026, 3, 1))
    """
    fin = fin_prestation or echeance
    return min(fin, echeance), max(fin, echeance)


def prescription(depart: date, duree: Duree, actes: Iterable[Evenement] = ()) -> Prescription:
    """Le dernier jour utile, après chaque interruption et suspension dans l'ordre des dates."""
    actes = sorted(actes, key=lambda e: (e.le, e.fin or date.max, e.acte.name))
    suspensions = [e for e in actes if e.acte.effet is Effet.SUSPEND and not e.non_avenu]
    origine: date | None = depart
    butoir: date | None = ajouter_ans(depart, ANS_BUTOIR)
    terme = _au_plus(_terme(depart, duree, suspensions), butoir)
    etapes: list[EtapePrescription] = []
    for evenement in actes:
        motif = evenement.acte.fondement
        if evenement.non_avenu:
            motif = "non avenu (C. civ., art. 2243)"
        elif evenement.acte.effet is Effet.AUCUN:
            motif = f"sans effet ({motif})"
        elif terme is not None and evenement.le > terme:
            motif = "trop tard : la prescription était acquise (C. civ., art. 2250)"
        elif evenement.acte.effet is Effet.INTERROMPT and origine is not None:
            fin = evenement.fin if evenement.acte.a_une_duree else evenement.le
            # Instance en cours : le délai ne repart qu'à son extinction.
            origine = None if fin is None else max(origine, fin)
            nouveau = None if origine is None else _terme(origine, duree, suspensions)
            if evenement.acte.echappe_au_butoir:
                butoir = None
            nouveau = _au_plus(nouveau, butoir)
            if butoir is not None and nouveau == butoir:
                motif += " ; butoir de vingt ans (C. civ., art. 2232)"
            # Interrompre ne raccourcit jamais, fût-ce d'un 29 février.
            terme = None if terme is None or nouveau is None else max(terme, nouveau)
        etapes.append(EtapePrescription(evenement, terme, motif))
    return Prescription(depart, duree, terme, tuple(etapes))


def _au_plus(terme: date | None, butoir: date | None) -> date | None:
    """Le terme sans dépasser le butoir ; un délai en suspens n'a pas encore de terme."""
    return terme if terme is None or butoir is None else min(terme, butoir)


def _terme(origine: date, duree: Duree, suspensions: list[Evenement]) -> date | None:
    """Le dernier jour, chaque jour suspendu après `origine` étant rendu une fois."""
    terme = duree.terme(origine)
    jusque = duree.depart(origine)
    for suspension in suspensions:
        if suspension.le > terme:
            break
        if suspension.fin is None:
            return None
        gele = (suspension.fin - max(suspension.le - UN_JOUR, jusque)).days
        if gele > 0:
            terme += timedelta(days=gele)
            jusque = suspension.fin
            if suspension.acte.reprise_minimale:
                terme = max(terme, ajouter_mois(suspension.fin, MOIS_DE_REPRISE))
    return terme
